internal import PipeText

// What link rows need besides the numbers, behind them in the same block.
extension LinkBlock {
  /// - Parameter details: One for each link, or none at all.
  static func encode(_ links: [(number: Int, isNofollow: Bool)], details: [LinkDetails]) -> [UInt8] {
    let numbers = encode(links)
    var bytes: [UInt8] = []
    bytes.append(varint: numbers.count)
    bytes += numbers
    for one in details {
      let element = LinkDetails.elements.firstIndex(of: one.element) ?? 0
      bytes.append(varint: one.fault == nil ? element : element + faulty)
      if let fault = one.fault { bytes.append(text: fault) }
      bytes.append(text: one.url)
      for text in [one.text, one.rel] {
        bytes.append(text == nil ? 0 : 1)
        if let text { bytes.append(text: text) }
      }
      bytes.append(varint: one.landmark.flatMap { LinkDetails.landmarks.firstIndex(of: $0) }.map { $0 + 1 } ?? 0)
      for number in [one.line, one.column] { bytes.append(varint: number ?? 0) }
    }
    return bytes
  }

  /// What the number of an element is greater by where its reference is not a URL, and the reason follows.
  private static var faulty: Int { 16 }

  /// The links of a block; of other bytes, as far as they make sense.
  static func links(in bytes: [UInt8]) -> [(number: Int, isNofollow: Bool)] {
    var reader = ByteReader(bytes)
    guard let count = reader.count(ofBytes: 1), let numbers = reader.bytes(count) else { return [] }
    return decode(Array(numbers))
  }

  /// The links of a block, and what the page says of them.
  static func details(in bytes: [UInt8]) -> [(number: Int, isNofollow: Bool, details: LinkDetails)] {
    var reader = ByteReader(bytes)
    guard let count = reader.count(ofBytes: 1), let numbers = reader.bytes(count) else { return [] }
    var links: [(number: Int, isNofollow: Bool, details: LinkDetails)] = []
    for link in decode(Array(numbers)) {
      guard var element = reader.count() else { break }
      var fault: String?
      if element >= faulty {
        fault = reader.text()
        element -= faulty
      }
      guard LinkDetails.elements.indices.contains(element), let url = reader.text() else { break }
      var texts: [String?] = []
      for _ in 0..<2 {
        guard let hasText = reader.byte() else { return links }
        texts.append(hasText == 0 ? nil : reader.text())
      }
      guard let landmark = reader.count(), let line = reader.count(), let column = reader.count() else { break }
      links.append(
        (
          link.number, link.isNofollow,
          LinkDetails(
            url: url, fault: fault, element: LinkDetails.elements[element], text: texts[0], rel: texts[1],
            landmark: LinkDetails.landmarks.indices.contains(landmark - 1) ? LinkDetails.landmarks[landmark - 1] : nil,
            line: line == 0 ? nil : line, column: column == 0 ? nil : column)
        ))
    }
    return links
  }
}

extension PageOutcome {
  func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(varint: status.map { $0 + 1 } ?? 0)
    bytes.append(text: error ?? "")
    bytes.append(text: deadEnd ?? "")
    bytes.append(isWithoutConnection ? 1 : 0)
    return bytes
  }

  init?(_ bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    guard let status = reader.count(), let error = reader.text(), let deadEnd = reader.text(),
      let isWithoutConnection = reader.byte()
    else { return nil }
    self.init(
      status: status == 0 ? nil : status - 1, error: error.isEmpty ? nil : error,
      deadEnd: deadEnd.isEmpty ? nil : deadEnd, isWithoutConnection: isWithoutConnection > 0)
  }
}
