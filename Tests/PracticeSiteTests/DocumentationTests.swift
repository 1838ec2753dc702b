import FoundationEssentials
import Testing

@testable import PracticeSite

@Suite("Documentation")
struct DocumentationTests {
  @Test("docs/practice-site.md has a line for every route, and for none that is not there")
  func routes() throws {
    // Tests/PracticeSiteTests/DocumentationTests.swift: three levels below the project's root.
    let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let text = String(
      decoding: try Data(contentsOf: URL(fileURLWithPath: root + "/docs/practice-site.md")),
      as: UTF8.self)
    let documented = text.split(separator: "\n").compactMap { line -> String? in
      guard line.hasPrefix("| `/") else { return nil }
      return String(line.dropFirst(3).prefix { $0 != "`" && $0 != "?" })
    }
    #expect(documented == RouteTable.groups.flatMap(\.routes).map(\.pattern))
  }
}
