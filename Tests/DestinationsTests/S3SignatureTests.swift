import Foundation
import Testing

@testable import Destinations

/// The vectors that Amazon publishes: its Signature Version 4 test suite, and the examples of
/// "Authenticating Requests: Using the Authorization Header" in the S3 reference.
@Suite("A signature for S3", .timeLimit(.minutes(15)))
struct S3SignatureTests {
    static let emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    private func signature(
        of subject: S3Signature.Subject, secret: String, service: String, timestamp: String
    ) -> String {
        let credentials = S3Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: secret)
        let text = S3Signature(credentials: credentials, region: "us-east-1", service: service)
            .authorization(subject, timestamp: timestamp)
        return String(text.split(separator: "Signature=").last ?? "")
    }

    @Test(
        arguments: [
            // get-vanilla
            (
                "GET", [], [],
                "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
            ),
            // get-vanilla-query-order-key-case
            (
                "GET", [("Param2", "value2"), ("Param1", "value1")], [],
                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
            ),
            // get-header-value-trim
            (
                "GET", [], [("My-Header1", " value1"), ("My-Header2", " \"a   b   c\"")],
                "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"
            ),
            // post-vanilla
            (
                "POST", [], [],
                "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
            ),
        ] as [(String, [(String, String)], [(String, String)], String)])
    func `is that of Amazon's test suite`(
        method: String, query: [(String, String)], headers: [(String, String)], expected: String
    ) {
        let subject = S3Signature.Subject(
            method: method, path: "/", query: query,
            headers: headers + [
                ("Host", "example.amazonaws.com"), ("X-Amz-Date", "20150830T123600Z"),
            ],
            payloadHash: Self.emptyHash)

        let signature = signature(
            of: subject, secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", service: "service",
            timestamp: "20150830T123600Z")

        #expect(signature == expected)
    }

    @Test(
        arguments: [
            // GET Object
            (
                "GET", "/test.txt", [], [("Range", "bytes=0-9")], emptyHash,
                "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
            ),
            // PUT Object
            (
                "PUT", "/" + "test$file.text".uriEncoded(), [],
                [
                    ("Date", "Fri, 24 May 2013 00:00:00 GMT"),
                    ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
                ],
                "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
                "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
            ),
            // GET Bucket Lifecycle
            (
                "GET", "/", [("lifecycle", "")], [], emptyHash,
                "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
            ),
            // GET Bucket (List Objects)
            (
                "GET", "/", [("max-keys", "2"), ("prefix", "J")], [], emptyHash,
                "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
            ),
        ] as [(String, String, [(String, String)], [(String, String)], String, String)])
    func `is that of the examples in the S3 reference`(
        method: String, path: String, query: [(String, String)], headers: [(String, String)],
        payloadHash: String, expected: String
    ) {
        let subject = S3Signature.Subject(
            method: method, path: path, query: query,
            headers: headers + [
                ("Host", "examplebucket.s3.amazonaws.com"),
                ("x-amz-content-sha256", payloadHash), ("x-amz-date", "20130524T000000Z"),
            ],
            payloadHash: payloadHash)

        let signature = signature(
            of: subject, secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", service: "s3",
            timestamp: "20130524T000000Z")

        #expect(signature == expected)
    }

    @Test func `bears the time in UTC`() {
        #expect(
            S3Signature.timestamp(Date(timeIntervalSince1970: 1_369_353_600))
                == "20130524T000000Z")
    }
}
