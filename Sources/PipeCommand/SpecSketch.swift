import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// A spec to begin with, made of what was tried on one page.
struct SpecSketch {
  private let url: String
  private let fields: [TrialFields.Entry]
  private let addresses: [String]
  private let name: String

  /// - Parameters:
  ///   - fields: None for those that everybody wants.
  ///   - addresses: What may be fetched from besides the public internet.
  ///   - file: The path that it is written to.
  init(url: String, fields: [TrialFields.Entry], addresses: [String], file: String?) {
    self.url = url
    self.fields = fields
    self.addresses = addresses
    let file = file?.split(separator: "/").last?.split(separator: ".").first.map(String.init) ?? ""
    let name = file.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }
    self.name = name.isEmpty ? "pages" : name
  }

  var text: String {
    var lines = ["# Written by pipe try.", "version: 1", "name: \(quoted(name))", "", "sources:", "  - urls:"]
    if hasUser { lines.append("      # It had a user and a password, which belong under fetch.auth.") }
    lines.append("      - \(quoted(shownURL))")
    if !addresses.isEmpty {
      lines += ["", "fetch:", "  allow_private: [\(addresses.map(quoted).joined(separator: ", "))]"]
    }
    lines += ["", "extract:"]
    if !fields.contains(where: { $0.name == "url" }) { lines.append("  url: url") }
    if fields.isEmpty {
      lines += ["status", "title", "length"].map { "  \($0): \($0)" }
    } else {
      // A line break ends nothing in braces, but has to be indented.
      lines += fields.map { "  \(quotedName($0.name)): \($0.extractor.replacing("\n", with: " "))" }
    }
    lines += ["", "sinks:", "  - csv: \(quoted("out/\(name).csv"))", ""]
    return lines.joined(separator: "\n")
  }

  private var parsed: WebURL? { try? WebURL.forFetching(url).get() }
  private var hasUser: Bool { parsed?.hasUserinfo ?? false }

  /// The URL as a scalar: nothing in it is a variable.
  private var shownURL: String {
    (hasUser ? parsed?.hrefWithoutUserinfo ?? url : url).replacing("${", with: "$${")
  }

  private func quotedName(_ name: String) -> String {
    let isPlain = name.utf8.allSatisfy { $0.isWordByte } && CoreSchema.value(of: name) == .string
    return isPlain ? name : quoted(name)
  }

  private func quoted(_ text: String) -> String {
    let isPlain =
      text.utf8.allSatisfy { $0.isWordByte || "/.".utf8.contains($0) } && CoreSchema.value(of: text) == .string
    return isPlain ? text : JSONText.string(text).text
  }
}

extension UInt8 {
  fileprivate var isWordByte: Bool {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= self | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= self
      || self == UInt8(ascii: "_") || self == UInt8(ascii: "-")
  }
}
