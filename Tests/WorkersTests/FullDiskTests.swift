#if os(Linux)
    import Foundation
    import Glibc
    import TestSupport
    import Testing

    @Suite(
        "A destination whose disk is full",
        .enabled("needs the right to mount a tmpfs: run as root") { SmallDisk.isPossible },
        .timeLimit(.minutes(15)))
    struct FullDiskTests {
        @Test func `fails the run, says which destination it is, and keeps nothing`() async throws {
            try await Scene.with(tables: HeldTable.script) { scene in
                let disk = try SmallDisk(at: scene.folder + "/small", kilobytes: 1024)
                defer { disk.remove() }
                _ = try scene.start("worker")
                try await scene.configure(destination: disk.path)

                let run = try await scene.run()
                try await scene.reaches("failed", run)

                let error = try await scene.error(of: run)
                #expect(error.contains("destination_full"))
                #expect(error.contains("destination \"lake\""))
                #expect(error.contains("no space"))
                #expect(error.contains("writing \"held.csv\" of table public.held"))
                let left = Delivered(path: disk.path)
                #expect(left.visible == [])
                try await eventually("nothing is staged") {
                    left.staged.isEmpty
                }
            }
        }
    }

    /// A file system in memory that is soon full.
    struct SmallDisk {
        let path: String

        init(at path: String, kilobytes: Int) throws {
            self.path = path
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
            guard mount("tmpfs", path, "tmpfs", 0, "size=\(kilobytes)k") == 0 else {
                throw CannotMount(reason: String(cString: strerror(errno)))
            }
        }

        func remove() {
            umount2(path, Int32(MNT_DETACH))
        }

        static let isPossible: Bool = {
            let path =
                FileManager.default.temporaryDirectory.path(percentEncoded: false)
                + "ferry-mount-" + UUID().uuidString
            defer { rmdir(path) }
            guard geteuid() == 0, let disk = try? SmallDisk(at: path, kilobytes: 64) else {
                return false
            }
            disk.remove()
            return true
        }()

        struct CannotMount: Error {
            let reason: String
        }
    }
#endif
