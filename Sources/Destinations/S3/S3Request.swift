internal import NIOCore
internal import NIOHTTP1

/// A request to an S3 service, before it is signed.
struct S3Request: Sendable {
    /// S3's name of the operation and its permission: `PutObject`.
    var operation: String
    var method: HTTPMethod
    /// Nil for the bucket itself.
    var key: String?
    var query: [(String, String)] = []
    /// With lower-case names.
    var headers: [(String, String)] = []
    var body = ByteBuffer()
    /// Maximum size of the answer.
    var answerBytesMax = 16 << 20
    /// S3 may send the status 200 and then fail.
    var mayFailWithin200 = false
    /// Maximum wait for the answer.
    var patience = Self.ordinaryPatience
    /// Whether it is a long operation of the service, such as copying an object. It is not retried
    /// after a timeout: the service may still be working.
    var isWorkedOn = false

    static let ordinaryPatience = TimeAmount.seconds(60)
}

/// The answer of a service.
struct S3Response: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var body: [UInt8]
    /// Whether earlier attempts of this request ended without an answer, and so may have succeeded.
    var isRepetition = false
}
