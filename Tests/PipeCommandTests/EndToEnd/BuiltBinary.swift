import FoundationEssentials

/// The `pipe` that was built with the tests.
enum BuiltBinary {
  struct Missing: Error, CustomStringConvertible {
    let places: [String]
    var description: String { "no pipe beside the tests: looked for \(places.joined(separator: ", "))" }
  }

  /// SwiftPM puts the executables of a package into the folder of its test bundle.
  static func path() throws -> String {
    let running = [try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")] + CommandLine.arguments
    let places = running.compactMap(\.self).filter { $0.hasPrefix("/") }.map { path in
      "/" + path.split(separator: "/").dropLast().joined(separator: "/") + "/pipe"
    }
    guard let place = places.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
      throw Missing(places: places)
    }
    return place
  }
}
