/// The beginning of a text, short enough to be quoted in a message.
///
/// - Parameter limit: Unicode scalars.
package func excerpt(_ text: String, limit: Int = 60) -> String {
  let head = text.unicodeScalars.prefix(limit)
  return head.endIndex == text.unicodeScalars.endIndex ? text : String(head) + "…"
}
