import PipeEngine
import PipeHTTP
import PipeSpec
import PipeWeb

/// The heads of requests and answers, as curl shows them, with `***` for credentials.
enum WireText {
  static func render(_ parts: [WireLog.Part], _ mask: SecretMask) -> String {
    parts.flatMap { part in
      lines(of: part.bytes).map { line in
        let sign = part.direction == .sent ? ">" : "<"
        return line.isEmpty ? sign : "\(sign) \(TerminalCell.shown(masked(line, mask)))"
      }
    }.joined(separator: "\n")
  }

  private static func lines(of bytes: [UInt8]) -> [String] {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
      String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
    }
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  private static func masked(_ line: String, _ mask: SecretMask) -> String {
    guard let colon = line.firstIndex(of: ":"), HTTPFields.isName(String(line[..<colon])) else {
      // The first line, and what is not a field.
      return mask.value(line.withoutUserinfo)
    }
    let name = String(line[..<colon])
    let value = String(line[line.index(after: colon)...].drop { $0 == " " })
    return "\(name): \(masked(value, of: name.lowercased(), mask))"
  }

  private static func masked(_ value: String, of name: String, _ mask: SecretMask) -> String {
    if value.isEmpty { return value }
    switch name {
    case "authorization", "proxy-authorization":
      // The scheme is no secret.
      let scheme = value.prefix { $0 != " " }
      return scheme.count < value.count ? "\(scheme) \(Secrets.mask)" : Secrets.mask
    case "set-cookie":
      let attributes = value.drop { $0 != ";" }
      let pair = value.prefix { $0 != ";" }
      return pair.contains("=") ? "\(pair.prefix { $0 != "=" })=\(Secrets.mask)\(attributes)" : Secrets.mask
    case "host", "origin", "referer": break
    default:
      if HTTPFields.Field(name: name, value: "").isForOneOrigin { return Secrets.mask }
    }
    return mask.value(value.withoutUserinfo)
  }
}
