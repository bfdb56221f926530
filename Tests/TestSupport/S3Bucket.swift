import Foundation

/// A bucket of its own on an S3 server, looked at through Amazon's own client.
public final class S3Bucket: Sendable {
    public let server: S3Server
    public let name = "ferry-" + UUID().uuidString.lowercased()

    /// A credential of kind `s3`, for any port of this machine.
    public static let credential =
        #"{"kind": "s3", "endpoint": "http://127.0.0.1:*", "access_key_id": "testing", "#
        + #""secret_access_key": "testing"}"#

    /// - Parameter server: Nil for the one that all tests share.
    public init(server: S3Server? = nil) throws {
        self.server = try server ?? S3Server.shared()
        try boto("s3.create_bucket(Bucket=bucket)")
    }

    /// Copies every object into the folder, by its key. An upload that was begun and not ended is
    /// an empty file there, `KEY.unfinished`.
    public func download(to folder: String) throws {
        try boto(
            """
            def make(key):
                path = os.path.join(folder, key)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                return path
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
                for found in page.get("Contents", []):
                    try:
                        body = s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()
                    except s3.exceptions.NoSuchKey:
                        continue  # deleted since
                    open(make(found["Key"]), "wb").write(body)
            for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
                for found in page.get("Uploads", []):
                    open(make(found["Key"]) + ".unfinished", "wb").close()
            """, folder)
    }

    /// Puts every file below the folder into the bucket; the key is the prefix and its path there.
    public func upload(_ folder: String, under prefix: String) throws {
        try boto(
            """
            from concurrent.futures import ThreadPoolExecutor
            def put(path):
                key = sys.argv[4] + os.path.relpath(path, folder)
                s3.put_object(Bucket=bucket, Key=key, Body=open(path, "rb").read())
            paths = [os.path.join(top, name) for top, _, names in os.walk(folder) for name in names]
            list(ThreadPoolExecutor(8).map(put, paths))
            """, folder, prefix)
    }

    /// From now on the server refuses all access keys, which it has never heard of.
    public func refuseAll() throws {
        try boto(
            """
            import urllib.request
            # Of the usual type, it would be taken for a form, and read as one.
            urllib.request.urlopen(urllib.request.Request(
                endpoint + "/moto-api/reset-auth", data=b"0",
                headers={"Content-Type": "text/plain"})).read()
            """)
    }

    private func boto(_ body: String, _ folder: String = "", _ prefix: String = "") throws {
        let script = NSTemporaryDirectory() + "ferry-boto-\(UUID()).py"
        defer { try? FileManager.default.removeItem(atPath: script) }
        let complaints = try TestPython.lines(
            of: Self.opening + body, at: script,
            ["http://127.0.0.1:\(server.port)", name, folder, prefix])
        guard complaints.isEmpty else { throw Failed(complaints: complaints) }
    }

    public struct Failed: Error {
        public let complaints: [String]
    }

    private static let opening = """
        import os, sys
        import boto3
        from botocore.config import Config
        endpoint, bucket, folder = sys.argv[1:4]
        s3 = boto3.client(
            "s3", endpoint_url=endpoint, region_name="us-east-1",
            aws_access_key_id="testing", aws_secret_access_key="testing",
            config=Config(max_pool_connections=8))

        """
}
