// swift-tools-version: 6.3
import PackageDescription

// The manifest enforces the layers: the client side never links libmnl, the broker cannot access a descriptor, Netlink
// has no knowledge of taskstats, and only the executables see ArgumentParser.

let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "taskstatsd",
    products: [
        .executable(name: "taskstatsd", targets: ["taskstatsd"]),
        .executable(name: "tsctl", targets: ["tsctl"]),
        .executable(name: "taskstats-exporter", targets: ["taskstats-exporter"]),
        .library(name: "Taskstats", targets: ["Taskstats"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        // The HTTP server of the exporter, without its optional dependencies.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    ],
    targets: [
        // C shims.
        .target(name: "CLinux", cSettings: [.define("_FORTIFY_SOURCE", to: "2", .when(configuration: .release))]),
        .systemLibrary(name: "CMnl", pkgConfig: "libmnl", providers: [.apt(["libmnl-dev"])]),
        .systemLibrary(name: "CJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // Values and the field table, without imports.
        .target(name: "TaskstatsModel", swiftSettings: strict),
        // Descriptors and system errors, shared by everything that does I/O.
        .target(name: "LinuxSystem", dependencies: ["CLinux"], swiftSettings: strict),

        // The kernel side.
        .target(name: "Netlink", dependencies: ["LinuxSystem", "CLinux", "CMnl"], swiftSettings: strict),
        .target(
            name: "TaskstatsKernel", dependencies: ["TaskstatsModel", "Netlink", "LinuxSystem"], swiftSettings: strict),

        // What is known about the processes of the machine, and how it is read.
        .target(
            name: "ProcessTracking", dependencies: ["TaskstatsModel", "Netlink", "LinuxSystem", "CLinux"],
            swiftSettings: strict),

        // The protocol and the decisions.
        .target(name: "TaskstatsProtocol", dependencies: ["TaskstatsModel", "CJansson"], swiftSettings: strict),
        .target(
            name: "TaskstatsBroker", dependencies: ["TaskstatsModel", "TaskstatsProtocol"], swiftSettings: strict),

        // Executables and the client library.
        .executableTarget(
            name: "taskstatsd",
            dependencies: [
                "CLinux", "LinuxSystem", "TaskstatsKernel", "TaskstatsBroker", "ProcessTracking",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .target(
            name: "Taskstats",
            dependencies: [
                "TaskstatsModel", "TaskstatsProtocol", "LinuxSystem", "CLinux",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        // What tsctl and the exporter share.
        .target(
            name: "CommandSupport", dependencies: ["Taskstats", "TaskstatsProtocol", "LinuxSystem", "CLinux", "CZlib"],
            swiftSettings: strict),
        .executableTarget(
            name: "taskstats-exporter",
            dependencies: [
                "CommandSupport", "Taskstats", "TaskstatsProtocol", "LinuxSystem", "CLinux",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "tsctl",
            dependencies: [
                "CommandSupport", "Taskstats", "TaskstatsProtocol", "LinuxSystem", "CLinux", "CZstd", "CZlib",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // One test target per target, and tests of the real daemon on the real kernel.
        .target(
            name: "TestSupport",
            dependencies: ["TaskstatsModel", "TaskstatsProtocol", "Netlink", "LinuxSystem", "CLinux"],
            path: "Tests/TestSupport",
            swiftSettings: strict),
        // The contents of the installed <linux/taskstats.h>, for comparison.
        .target(name: "CTaskstatsHeader", path: "Tests/KernelHeader"),
        .testTarget(
            name: "TaskstatsModelTests",
            dependencies: ["TaskstatsModel", "LinuxSystem", "TestSupport", "CTaskstatsHeader"],
            swiftSettings: strict),
        .testTarget(
            name: "NetlinkTests", dependencies: ["Netlink", "LinuxSystem", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "TaskstatsKernelTests",
            dependencies: ["TaskstatsKernel", "TaskstatsModel", "Netlink", "LinuxSystem", "CLinux", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ProcessTrackingTests",
            dependencies: ["ProcessTracking", "TaskstatsModel", "Netlink", "LinuxSystem", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "TaskstatsProtocolTests", dependencies: ["TaskstatsProtocol", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "TaskstatsBrokerTests", dependencies: ["TaskstatsBroker", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "taskstatsdTests",
            dependencies: ["taskstatsd", "TaskstatsBroker", "TaskstatsProtocol", "LinuxSystem", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "TaskstatsTests",
            dependencies: ["Taskstats", "TaskstatsProtocol", "LinuxSystem", "TestSupport", "tsctl", "waiting"],
            swiftSettings: strict),
        .testTarget(
            name: "tsctlTests",
            dependencies: ["tsctl", "CommandSupport", "Taskstats", "TaskstatsProtocol", "LinuxSystem", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ExporterTests",
            dependencies: [
                "taskstats-exporter", "CommandSupport", "Taskstats", "TaskstatsModel", "TaskstatsProtocol",
                "LinuxSystem",
                "TestSupport",
            ],
            swiftSettings: strict),
        .executableTarget(name: "exit-load", path: "Tests/ExitLoad"),
        // The adapter of the client library for Protocol/conformance.
        .executableTarget(
            name: "conformance-client", dependencies: ["Taskstats", "TaskstatsProtocol"],
            path: "Tests/ConformanceClient", swiftSettings: strict),
        // The cost of the client library and the broker alone; started by contrib/bench/run.
        .executableTarget(
            name: "taskstats-bench",
            dependencies: ["Taskstats", "TaskstatsBroker", "TaskstatsKernel", "Netlink", "TestSupport", "LinuxSystem"],
            path: "contrib/bench/Swift",
            swiftSettings: strict),
        // A program to copy, which links only the library.
        .executableTarget(
            name: "waiting", dependencies: ["Taskstats"], path: "contrib/examples/waiting", swiftSettings: strict),
        .testTarget(
            name: "SystemTests",
            dependencies: [
                "Taskstats", "TaskstatsKernel", "TaskstatsProtocol", "LinuxSystem", "CLinux", "TestSupport",
                "CommandSupport", "taskstatsd", "taskstats-exporter", "tsctl", "exit-load", "waiting",
            ],
            exclude: ["Scripts", "Access/Programs"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)

// libFuzzer has its own main function, which an ordinary link lacks; contrib/fuzz/run requests it.
if Context.environment["TASKSTATS_FUZZ"] != nil {
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "contrib/fuzz/CFuzzer"),
        .executableTarget(
            name: "taskstats-fuzz",
            dependencies: [
                "CFuzzer", "TaskstatsModel", "TaskstatsKernel", "Netlink", "ProcessTracking", "TaskstatsProtocol",
                "LinuxSystem",
                "TestSupport",
            ],
            path: "contrib/fuzz/Swift",
            swiftSettings: strict),
    ]
}
