#if os(Linux)
    import Foundation
    import Testing

    /// A library that, loaded before a program, has its clock show another time.
    struct WrongClock {
        private let library: String

        /// Compiles it into a folder.
        init(in folder: String) throws {
            let source = folder + "/wrong_clock.c"
            library = folder + "/wrong_clock.so"
            try Self.source.write(toFile: source, atomically: true, encoding: .utf8)
            let compiler = Process()
            compiler.executableURL = URL(filePath: "/usr/bin/env")
            // It comes with Swift.
            compiler.arguments = ["clang", "-shared", "-fPIC", "-o", library, source]
            try compiler.run()
            compiler.waitUntilExit()
            try #require(compiler.terminationStatus == 0, "the library was not compiled")
        }

        /// What a process needs in its environment for a clock that is so many seconds ahead.
        func environment(ahead seconds: Int) -> [String: String] {
            ["LD_PRELOAD": library, "CLOCK_AHEAD": "\(seconds)"]
        }

        /// Clocks that only measure how long something takes stay right, as they do on a machine
        /// whose time is wrong.
        private static let source = """
            #define _GNU_SOURCE
            #include <stdlib.h>
            #include <sys/syscall.h>
            #include <sys/time.h>
            #include <time.h>
            #include <unistd.h>

            int clock_gettime(clockid_t clock, struct timespec *now) {
                int failed = (int)syscall(SYS_clock_gettime, clock, now);
                const char *ahead = getenv("CLOCK_AHEAD");
                if (!failed && ahead && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
                    now->tv_sec += atol(ahead);
                return failed;
            }

            int gettimeofday(struct timeval *now, void *zone) {
                struct timespec exact;
                (void)zone;
                if (clock_gettime(CLOCK_REALTIME, &exact)) return -1;
                now->tv_sec = exact.tv_sec;
                now->tv_usec = exact.tv_nsec / 1000;
                return 0;
            }

            time_t time(time_t *now) {
                struct timespec exact;
                clock_gettime(CLOCK_REALTIME, &exact);
                if (now) *now = exact.tv_sec;
                return exact.tv_sec;
            }
            """
    }
#endif
