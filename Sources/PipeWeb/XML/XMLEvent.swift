/// What an ``XMLReader`` reads, in the order of the document. Every start has its end, also where the document has none.
package enum XMLEvent: Equatable, Sendable {
  case start(XMLElement)
  /// All of the text between two tags, CDATA sections included.
  ///
  /// - Parameter isWhole: False where a part was left out because it is beyond the bound.
  case text(String, isWhole: Bool)
  case end(XMLName)
}

/// A start tag.
package struct XMLElement: Equatable, Sendable {
  package let name: XMLName
  /// In their order, each name once; declarations of namespaces are not among them.
  package var attributes: [XMLAttribute] = []

  /// The value of an attribute without a prefix.
  package subscript(name: String) -> String? {
    attributes.first { $0.name.prefix.isEmpty && $0.name.local == name }?.value
  }
}

package struct XMLAttribute: Equatable, Sendable {
  package let name: XMLName
  /// With its references replaced.
  package let value: String
}

/// A name by Namespaces in XML 1.0.
package struct XMLName: Equatable, Sendable {
  /// As written; empty for none.
  package let prefix: String
  package let local: String
  /// Empty where there is none, and where nobody declares the prefix.
  package let namespace: String

  package init(prefix: String = "", local: String, namespace: String = "") {
    self.prefix = prefix
    self.local = local
    self.namespace = namespace
  }

  /// As written.
  package var qualified: String { prefix.isEmpty ? local : prefix + ":" + local }
}
