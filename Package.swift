// swift-tools-version: 6.2

import PackageDescription

// One direction: a target depends only on targets above it in this list (see ARCHITECTURE.md).

// `Fuzz/run` sets it: everything is built for libFuzzer then.
let isFuzzed = Context.environment["PIPE_FUZZ"] != nil

let settings: [SwiftSetting] =
  [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
  ] + (isFuzzed ? [.unsafeFlags(["-sanitize=fuzzer"])] : [])

// Tests are compiled quickly also where the product is compiled to be quick: they are run once.
let testSettings = settings + [.unsafeFlags(["-Onone"], .when(configuration: .release))]

let package = Package(
  name: "pipe",
  products: [
    .executable(name: "pipe", targets: ["PipeCommand"]),
    .executable(name: "practice-site", targets: ["PracticeSite"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
  ],
  targets: [
    // What Swift has no words for, and the system's C libraries.
    .systemLibrary(name: "CByteSearch"),
    .systemLibrary(name: "CLibyaml", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CLibbrotli", pkgConfig: "libbrotlidec", providers: [.apt(["libbrotli-dev"])]),
    .systemLibrary(name: "CLibcrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CLibssl", pkgConfig: "libssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CLibcurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CLibmariadb", providers: [.apt(["libmariadb-dev"])]),
    .systemLibrary(name: "CMimalloc", providers: [.apt(["libmimalloc-dev"])]),
    .systemLibrary(name: "CLibpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CLibsqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CLibxml2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    .systemLibrary(name: "CLibpcre2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
    .systemLibrary(name: "CLibidn2", pkgConfig: "libidn2", providers: [.apt(["libidn2-dev"])]),
    .systemLibrary(name: "CLibpsl", pkgConfig: "libpsl", providers: [.apt(["libpsl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

    // The product.
    .target(name: "PipeSystem", dependencies: ["CLinux"], swiftSettings: settings),
    .target(name: "PipeText", swiftSettings: settings),
    .target(name: "PipeSpec", dependencies: ["CLibyaml", "CLibpcre2", "PipeText"], swiftSettings: settings),
    .target(
      name: "PipeWeb",
      dependencies: ["CByteSearch", "CLibbrotli", "CLibxml2", "CLibidn2", "CLibpsl", "CZlib", "CZstd", "PipeText"],
      swiftSettings: settings),
    .target(name: "PipeStorage", dependencies: ["CLinux", "CZlib", "PipeText"], swiftSettings: settings),
    .target(name: "PipeHTTP", dependencies: ["CLinux", "CLibcurl", "PipeSystem", "PipeWeb"], swiftSettings: settings),
    .target(
      name: "PipeEngine",
      dependencies: [
        "CLinux", "PipeSystem", "PipeText", "PipeSpec", "PipeWeb", "PipeStorage",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "HeapModule", package: "swift-collections"),
        .product(name: "Histogram", package: "hdrhistogram-swift"),
      ],
      swiftSettings: settings),
    .target(
      name: "PipeReport",
      dependencies: [
        "PipeText", "PipeSpec", "PipeWeb", "PipeEngine", .product(name: "Histogram", package: "hdrhistogram-swift"),
      ],
      swiftSettings: settings),
    .target(
      name: "PipeDatabase", dependencies: ["CLibmariadb", "CLibpq", "CLibsqlite3", "CLibssl", "PipeText"],
      swiftSettings: settings),
    .target(
      name: "PipeStages",
      dependencies: [
        "CLibcrypto", "CLinux", "CZlib", "CZstd", "PipeText", "PipeSpec", "PipeWeb", "PipeStorage", "PipeHTTP",
        "PipeDatabase", "PipeEngine",
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "PipeCommand",
      dependencies: [
        "CLinux", "CMimalloc", "PipeSystem", "PipeText", "PipeSpec", "PipeWeb", "PipeStorage", "PipeHTTP", "PipeEngine",
        "PipeStages", "PipeReport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings),

    // The practice site: real HTTP on loopback, for the tests and the quickstart.
    .executableTarget(
      name: "PracticeSite",
      dependencies: [
        "CZstd",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),

    // What steers a choice of design, measured; Benchmarks/run builds and runs it.
    .executableTarget(
      name: "PipeMicrobenchmarks",
      dependencies: ["PipeSpec", "PipeWeb", "PipeStorage", "PipeEngine", "PipeStages"],
      path: "Benchmarks/Micro",
      swiftSettings: settings),

    // Tests.
    .target(
      name: "PipeTesting", dependencies: ["PipeSpec", "PipeStorage", "PipeWeb"], path: "Tests/PipeTesting",
      swiftSettings: testSettings),
    .testTarget(name: "PipeTextTests", dependencies: ["PipeText"], swiftSettings: testSettings),
    .testTarget(name: "PipeDatabaseTests", dependencies: ["PipeDatabase", "PipeTesting"], swiftSettings: testSettings),
    .testTarget(name: "PipeStorageTests", dependencies: ["PipeStorage", "PipeTesting"], swiftSettings: testSettings),
    .testTarget(name: "PipeSpecTests", dependencies: ["PipeSpec", "PipeTesting"], swiftSettings: testSettings),
    .testTarget(
      name: "PipeWebTests", dependencies: ["CLibxml2", "PipeText", "PipeWeb", "PipeTesting"],
      swiftSettings: testSettings),
    .testTarget(
      name: "PipeHTTPTests", dependencies: ["PipeHTTP", "PipeWeb", "PipeTesting"], swiftSettings: testSettings),
    .testTarget(
      name: "PipeEngineTests",
      dependencies: ["PipeEngine", "PipeStages", "PipeSpec", "PipeStorage", "PipeText", "PipeWeb", "PipeTesting"],
      exclude: ["Specs/broken"], swiftSettings: testSettings),
    .testTarget(
      name: "PipeStagesTests",
      dependencies: [
        "PipeStages", "PipeDatabase", "PipeEngine", "PipeSpec", "PipeStorage", "PipeText", "PipeWeb", "PipeTesting",
      ],
      swiftSettings: testSettings),
    .testTarget(
      name: "PipeReportTests",
      dependencies: ["PipeReport", "PipeEngine", "PipeStages", "PipeSpec", "PipeWeb", "PipeTesting"],
      swiftSettings: testSettings),
    .testTarget(
      name: "RealServerTests",
      dependencies: ["PipeStages", "PipeEngine", "PipeHTTP", "PipeSpec", "PipeWeb", "PipeTesting"],
      swiftSettings: testSettings),
    .testTarget(
      name: "PipeCommandTests",
      dependencies: [
        "PipeCommand", "PracticeSite", "PipeTesting", "PipeStages", "PipeDatabase", "PipeEngine", "PipeReport",
        "PipeStorage", "PipeSpec", "PipeWeb",
      ],
      swiftSettings: testSettings),
    .testTarget(
      name: "PracticeSiteTests",
      dependencies: ["PracticeSite", .product(name: "NIOCore", package: "swift-nio")],
      swiftSettings: testSettings),
  ],
  swiftLanguageModes: [.v6]
)

if isFuzzed {
  package.products.append(.executable(name: "pipe-fuzz", targets: ["PipeFuzz"]))
  package.targets.append(
    .executableTarget(
      name: "PipeFuzz",
      dependencies: [
        "PipeDatabase", "PipeEngine", "PipeSpec", "PipeStages", "PipeStorage", "PipeTesting", "PipeWeb",
      ], path: "Fuzz",
      exclude: ["README.md", "run", "dictionaries", "seeds"], swiftSettings: settings,
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]))
}

// `Scripts/sanitize` sets it: the tests that it runs. What else takes long to build is left out.
if let chosen = Context.environment["PIPE_TESTS"]?.split(separator: " ").map(String.init) {
  package.products.removeAll { $0.name == "practice-site" }
  package.targets.removeAll { target in
    target.type == .test
      ? !chosen.contains(target.name) : ["PracticeSite", "PipeMicrobenchmarks"].contains(target.name)
  }
}
