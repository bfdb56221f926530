import Formats
import Foundation
import Testing

@testable import Destinations

@Suite("The settings of an S3 destination", .timeLimit(.minutes(15)))
struct S3SettingsTests {
    private func settings(_ json: String) throws -> S3Settings {
        try S3Settings(json: Data(json.utf8))
    }

    @Test func `have defaults for all but the bucket`() throws {
        let settings = try settings(#"{"bucket": "exports"}"#)

        #expect(settings.prefix.isEmpty && settings.region == "us-east-1")
        #expect(settings.endpoint == nil && !settings.usesPathStyle)
        #expect(settings.credential == nil && settings.encryption == nil)
    }

    @Test(arguments: [
        (#""endpoint": "http://127.0.0.1:9000/""#, true),
        (#""endpoint": "https://minio", "path_style": false"#, false),
        (#""path_style": true"#, true), (#""region": "eu-central-1""#, false),
    ])
    func `choose the style of paths by the endpoint`(more: String, isPathStyle: Bool) throws {
        #expect(try settings(#"{"bucket": "exports", \#(more)}"#).usesPathStyle == isPathStyle)
    }

    @Test(arguments: ["crm", "crm/"])
    func `take a prefix with or without a slash at its end`(prefix: String) throws {
        #expect(try settings(#"{"bucket": "exports", "prefix": "\#(prefix)"}"#).prefix == "crm/")
    }

    @Test(arguments: [
        ("https://minio.example", "minio.example"), ("https://minio:443", "minio"),
        ("http://minio:443", "minio:443"), ("http://[::1]:9000", "[::1]:9000"),
    ])
    func `name the host as a request does`(endpoint: String, host: String) throws {
        #expect(
            try settings(#"{"bucket": "exports", "endpoint": "\#(endpoint)"}"#).endpoint?.host
                == host)
    }

    @Test(
        arguments: [
            ("under_score", "https://minio", true), ("Upper", "https://minio", true),
            ("a.b_c-D", "https://minio", true),
            (String(repeating: "a", count: 222), "https://m", true),
            (String(repeating: "a", count: 223), "https://m", false), ("ab", "https://m", false),
            ("a b c", "https://m", false), ("../..", "https://m", false),
            (".ab", "https://m", false),
            ("under_score", nil, false), ("Upper", nil, false),
            (String(repeating: "a", count: 63), nil, true),
            (String(repeating: "a", count: 64), nil, false),
            ("under_score", "https://s3.eu-west-1.amazonaws.com", false),
        ] as [(String, String?, Bool)])
    func `take the names of buckets that a service may have`(
        bucket: String, endpoint: String?, isTaken: Bool
    ) throws {
        let place = endpoint.map { #", "endpoint": "\#($0)""# } ?? ""
        let found = try? settings(#"{"bucket": "\#(bucket)"\#(place)}"#)
        #expect(found?.bucket == (isTaken ? bucket : nil))

        if endpoint != nil, isTaken {
            let inHost = #", "path_style": false}"#
            #expect(throws: SettingsError.self) {
                try settings(#"{"bucket": "\#(bucket)"\#(place)\#(inHost)"#)
            }
        }
    }

    @Test(arguments: [
        "https://a.supabase.example/storage/v1/s3", "https://a.supabase.example/storage/v1/s3/",
    ])
    func `take an endpoint with a path`(endpoint: String) throws {
        let settings = try settings(#"{"bucket": "exports", "endpoint": "\#(endpoint)"}"#)

        #expect(settings.endpoint?.path == "/storage/v1/s3" && settings.usesPathStyle)
        #expect(settings.endpoint?.host == "a.supabase.example")
    }

    @Test func `lead to Amazon's own service of a region`() {
        #expect(S3Endpoint(region: "eu-west-1").host == "s3.eu-west-1.amazonaws.com")
        #expect(S3Endpoint(region: "cn-north-1").host == "s3.cn-north-1.amazonaws.com.cn")
    }

    @Test(arguments: [
        ("{}", "setting \"bucket\" is missing: it must be the name of a bucket"),
        (#"{"bucket": "Exports"}"#, "setting \"bucket\" must be the name of a bucket"),
        (#"{"bucket": "a/b"}"#, "setting \"bucket\" must be the name of a bucket"),
        (#"{"bucket": "exports", "prefix": "/a"}"#, "setting \"prefix\" must be plain names"),
        (#"{"bucket": "exports", "prefix": "a/../b"}"#, "setting \"prefix\" must be plain names"),
        (#"{"bucket": "exports", "prefix": ".staging"}"#, "setting \"prefix\" must be plain"),
        (#"{"bucket": "exports", "region": "a/b"}"#, "setting \"region\" must be the name of a"),
        (#"{"bucket": "exports", "region": ""}"#, "setting \"region\" must be the name of a"),
        (#"{"bucket": "exports", "endpoint": "ftp://a"}"#, "setting \"endpoint\" must be an"),
        (#"{"bucket": "exports", "endpoint": "http://a/b//c"}"#, "setting \"endpoint\" must be"),
        (#"{"bucket": "exports", "endpoint": "http://a/../c"}"#, "setting \"endpoint\" must be"),
        (#"{"bucket": "exports", "endpoint": "http://a/b%2Fc"}"#, "setting \"endpoint\" must be"),
        (#"{"bucket": "exports", "endpoint": "http://a/b?c"}"#, "setting \"endpoint\" must be an"),
        (
            #"{"bucket": "exports", "endpoint": "http://a/b", "path_style": false}"#,
            "setting \"path_style\" must be true for an endpoint with a path"
        ),
        (#"{"bucket": "exports", "endpoint": "minio:9000"}"#, "setting \"endpoint\" must be an"),
        (#"{"bucket": "exports", "credential": "A"}"#, "setting \"credential\" must be the name"),
        (
            #"{"bucket": "exports", "server_side_encryption": "DES"}"#,
            "setting \"server_side_encryption\" must be one of \"AES256\", \"aws:kms\""
        ),
        (#"{"bucket": "exports", "kms_key_id": "k"}"#, "setting \"kms_key_id\" must name a key"),
        (
            #"{"bucket": "exports", "path": "/a"}"#,
            "a destination of kind s3 has no setting \"path\""
        ),
    ])
    func `are checked`(json: String, reported: String) {
        let error = #expect(throws: SettingsError.self) {
            try DestinationKind.s3.makeDestination(
                name: "crm", settings: Data(json.utf8), limits: DestinationLimits())
        }

        #expect(error?.description.hasPrefix(reported) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        #"{"bucket": "exports", "credential": "AKIA hunter2"}"#,
        #"{"bucket": "exports", "endpoint": "https://me:hunter2@minio"}"#,
    ])
    func `refuse secrets themselves, and do not repeat them`(json: String) {
        let error = #expect(throws: SettingsError.self) {
            try settings(json)
        }

        #expect(error?.description.contains("…") == true)
        #expect(error.map { "\($0.description)\($0)".contains("hunter2") } == false)
        #expect(error?.description.contains("AKIA") == false)
    }
}
