internal import CLibxml2

extension DOMDocument {
  /// An XHTML document as a page of HTML, so that the scanner reads its facts by the same rules: what XML says in its own
  /// ways, such as empty tags and CDATA sections, is said in HTML's. Scripts and other raw text are left out.
  package var markup: [UInt8] {
    var output: [UInt8] = []
    let tags = HTMLTagTable.shared
    tree.root.walk(
      leave: { node in
        output += "</".utf8
        output += node.nameBytes
        output.append(UInt8(ascii: ">"))
      },
      { node in
        if node.isText {
          Self.append(node.pointee.content, to: &output)
          return .past
        }
        guard node.isElement else { return .past }
        let traits = tags.slot(of: HTMLName(node.nameBytes)).traits
        if !traits.isDisjoint(with: [.rawText, .script, .plaintext]) { return .past }
        output.append(UInt8(ascii: "<"))
        output += node.nameBytes
        Self.appendAttributes(of: node, to: &output)
        output.append(UInt8(ascii: ">"))
        if traits.contains(.void) { return .past }
        guard traits.contains(.escapableText) else { return .into }
        for byte in DOMNode(node, in: self).textContent.utf8 { Self.append(byte, to: &output) }
        output += "</".utf8
        output += node.nameBytes
        output.append(UInt8(ascii: ">"))
        return .past
      })
    return output
  }

  private static func appendAttributes(of node: XMLNode, to output: inout [UInt8]) {
    let hasLanguage = hasOwnLanguage(node)
    var attribute = node.pointee.properties
    while let here = attribute {
      attribute = here.pointee.next
      let prefix = here.pointee.ns.map { String(xml: $0.pointee.prefix) }
      let name = String(xml: here.pointee.name)
      // The language of XML (XML 1.0, 2.12), where HTML's own is missing.
      if let prefix, prefix != "xml" || name != "lang" || hasLanguage { continue }
      output += " \(name)=\"".utf8
      append(here.pointee.children?.pointee.content, to: &output)
      output.append(UInt8(ascii: "\""))
    }
  }

  private static func hasOwnLanguage(_ node: XMLNode) -> Bool {
    var attribute = node.pointee.properties
    while let here = attribute {
      if here.pointee.ns == nil, String(xml: here.pointee.name) == "lang" { return true }
      attribute = here.pointee.next
    }
    return false
  }

  private static func append(_ text: UnsafePointer<xmlChar>?, to output: inout [UInt8]) {
    guard let text else { return }
    for byte in UnsafeBufferPointer(start: text, count: Int(xmlStrlen(text))) { append(byte, to: &output) }
  }

  private static func append(_ byte: UInt8, to output: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "&"): output += "&amp;".utf8
    case UInt8(ascii: "<"): output += "&lt;".utf8
    case UInt8(ascii: "\""): output += "&quot;".utf8
    default: output.append(byte)
    }
  }
}

extension XMLNode {
  fileprivate var nameBytes: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: pointee.name, count: Int(xmlStrlen(pointee.name)))
  }
}
