internal import NIOCore
internal import NIOHTTP1

/// A request to an S3 service, before it is signed.
struct S3Request: Sendable {
    /// As S3 calls it and rights are given for it: `PutObject`.
    var operation: String
    var method: HTTPMethod
    /// Nil for the bucket itself.
    var key: String?
    var query: [(String, String)] = []
    /// With lower-case names.
    var headers: [(String, String)] = []
    var body = ByteBuffer()
    /// The longest answer that is taken.
    var answerBytesMax = 16 << 20
    /// S3 may begin to answer with 200 and only then find that it failed.
    var mayFailWithin200 = false
    /// How long it may take until it answers.
    var patience = Self.ordinaryPatience
    /// Whether the service works on it while it is waited for, as when it copies an object. It is
    /// not sent again when it took too long: the service may still be at work.
    var isWorkedOn = false

    static let ordinaryPatience = TimeAmount.seconds(60)
}

/// What a service answered.
struct S3Response: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var body: [UInt8]
    /// Whether earlier sendings of this request ended without an answer, and so may have worked.
    var isRepetition = false
}
