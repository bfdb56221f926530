// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
    // For the tests, which are optimised, too.
    .unsafeFlags(["-enable-testing"], .when(traits: ["Testable"])),
]

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(
    name: "AsyncHTTPClient", package: "async-http-client")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let serviceLifecycle = Target.Dependency.product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
// Of Subprocess's interface; part of the SDK elsewhere.
let systemPackage = Target.Dependency.product(
    name: "SystemPackage", package: "swift-system", condition: .when(platforms: [.linux]))
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")

/// A module of Ferry. Dependencies point one way, bottom up; see docs/architecture.md.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let targets: [Target] = [
    .systemLibrary(
        name: "CLibPQ", pkgConfig: "libpq",
        providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
    .systemLibrary(
        name: "CZlib", pkgConfig: "zlib",
        providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(
        name: "CZstd", pkgConfig: "libzstd",
        providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
    .systemLibrary(
        name: "CSnappy", pkgConfig: "snappy",
        providers: [.apt(["libsnappy-dev"]), .brew(["snappy"])]),
    .systemLibrary(
        name: "CSSH2", pkgConfig: "libssh2",
        providers: [.apt(["libssh2-1-dev"]), .brew(["libssh2"])]),
    .target(
        name: "SchemaFiles", path: "sql",
        resources: [
            .embedInCode("migrations"), .embedInCode("functions"), .embedInCode("views"),
        ],
        swiftSettings: settings),
    module("Values"),
    module("Locks"),
    module("Waiting", ["Locks"]),
    module("Processes", ["Locks"]),
    module("Postgres", ["CLibPQ", "Locks", "Waiting"]),
    module("PrivateServer", ["Locks", "Processes"]),
    module(
        "Migrations", ["Postgres", "SchemaFiles", "Failpoints", "Lifecycle", "Values"]),
    module("Schedules", ["Values"]),
    module("Lifecycle", ["Schedules", "Values"]),
    module("Credentials", ["Values", yams]),
    module("Formats", ["CZlib", "CZstd", "CSnappy", "Processes", "Values", crypto]),
    module("Manifests", ["Formats", "Values", crypto]),
    module("Failpoints", ["Locks"]),
    module(
        "Destinations",
        [
            "CSSH2", "Credentials", "Failpoints", "Formats", "Locks", "Manifests",
            "Postgres", "Values", "Waiting", asyncHTTPClient, crypto, nioCore, nioHTTP1, nioSSL,
        ]),
    module(
        "SourceDatabases", ["Credentials", "Formats", "Postgres", "Lifecycle", "Values"]),
    module(
        "CommandProcessing",
        [
            "Credentials", "Failpoints", "Locks", "Postgres", "Lifecycle", "Schedules",
            "SourceDatabases", "Values", "Waiting", logging,
        ]),
    module(
        "RunEngine",
        [
            "Credentials", "Failpoints", "Postgres", "Formats", "Locks", "Manifests",
            "Destinations", "SourceDatabases", "Lifecycle", "Values", "Waiting", logging,
            crypto,
        ]),
    module(
        "Alerts",
        [
            "Credentials", "Failpoints", "Lifecycle", "Locks", "Postgres", "Values", "Waiting",
            asyncHTTPClient, crypto, logging, nioCore, nioHTTP1, subprocess, systemPackage,
        ]),
    module(
        "Workers",
        [
            "Alerts", "Credentials", "Postgres", "Migrations", "Lifecycle", "CommandProcessing",
            "RunEngine", "Values", "Waiting", logging,
        ]),
    module("Watching", ["Postgres", "Values", "Waiting"]),
    module("ConfigurationFiles", ["Lifecycle", "Schedules", "Values", yams]),
    .executableTarget(
        name: "ferry",
        dependencies: [
            "Alerts", "Credentials", "Locks", "Postgres", "PrivateServer", "Migrations", "Workers",
            "RunEngine", "Watching", "ConfigurationFiles", "Formats", "Lifecycle", "Manifests",
            "Destinations", "Processes", "Values", "Waiting", argumentParser, logging, signals,
        ],
        swiftSettings: settings),

    .executableTarget(
        name: "FerryBench",
        dependencies: [
            "Postgres", "PrivateServer", "Migrations", "Processes", "Waiting", argumentParser,
        ],
        swiftSettings: settings),

    .target(name: "Pages", path: "Tests/Pages", swiftSettings: settings),
    .target(
        name: "TestSupport",
        dependencies: [
            "Locks", "Pages", "Postgres", "PrivateServer", "Processes", "Migrations",
        ],
        path: "Tests/TestSupport", swiftSettings: settings),
    tests("ValuesTests", ["Values"]),
    tests("LocksTests", ["Locks"]),
    tests("WaitingTests", ["Waiting"]),
    tests("PostgresTests", ["Locks", "Postgres", "TestSupport", "Waiting"]),
    tests("PrivateServerTests", ["PrivateServer", "Postgres", "Processes"]),
    tests("SchedulesTests", ["Schedules", "TestSupport", "Values"]),
    tests("LifecycleTests", ["Lifecycle", "Values"]),
    tests("CredentialsTests", ["Credentials", "Lifecycle"]),
    tests("FormatsTests", ["Formats", "Lifecycle", "TestSupport", crypto, "Values"]),
    tests("ManifestsTests", ["Manifests", "Formats", "Lifecycle", crypto, "Values"]),
    tests(
        "DestinationsTests",
        [
            "Credentials", "Destinations", "Failpoints", "Manifests", "Formats", "Lifecycle",
            "Locks", "Postgres", "TestSupport", crypto, nioCore, nioHTTP1, "Values", "Waiting",
        ]),
    tests(
        "SourceDatabasesTests",
        [
            "Credentials", "SourceDatabases", "Formats", "Postgres", "Lifecycle", "PrivateServer",
            "TestSupport", "Values",
        ]),
    tests(
        "SchemaTests",
        ["Postgres", "Migrations", "SchemaFiles", "Lifecycle", "Pages", "TestSupport", "Values"]),
    tests(
        "CommandProcessingTests",
        [
            "CommandProcessing", "Credentials", "Locks", "Postgres", "Lifecycle", "TestSupport",
            "Values",
        ]),
    tests("ConfigurationFilesTests", ["ConfigurationFiles", "Lifecycle", yams, "Values"]),
    tests(
        "RunEngineTests",
        [
            "Credentials", "RunEngine", "Destinations", "Formats", "Lifecycle", "Locks",
            "Postgres", "SourceDatabases", "TestSupport", "Values", "Waiting",
        ]),
    tests(
        "AlertsTests",
        ["Alerts", "Credentials", "Lifecycle", "Postgres", "TestSupport", logging]),
    tests(
        "WatchingTests",
        ["Watching", "Locks", "Postgres", "Migrations", "PrivateServer", "TestSupport", "Values"]),
    tests(
        "WorkersTests",
        [
            "ferry", "Locks", "Workers", "Postgres", "PrivateServer", "Migrations", "Manifests",
            "Formats", "Lifecycle", "TestSupport", crypto, "Processes", "Values",
        ]),
    tests(
        "FerryTests",
        [
            "ferry", "Locks", "Postgres", "PrivateServer", "Manifests", "Formats", "Lifecycle",
            "ConfigurationFiles", "Pages", "TestSupport", argumentParser, crypto, "Values",
        ]),
    tests(
        "RoundTripTests",
        [
            "Workers", "RunEngine", "Credentials", "Destinations", "SourceDatabases", "Formats",
            "Manifests", "Lifecycle", "Postgres", "TestSupport", logging, "Values",
        ]),
    tests(
        "FuzzTests",
        [
            "ConfigurationFiles", "Formats", "Lifecycle", "Postgres", "Schedules", "TestSupport",
            "Values",
        ]),
    tests("ProjectTests", ["Pages"]),
]

let package = Package(
    name: "ferry",
    platforms: [.macOS(.v15)],
    traits: [
        .trait(
            name: "Testable",
            description: "What tests need: failpoints, and access to what is internal.")
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: targets,
    swiftLanguageModes: [.v6]
)
