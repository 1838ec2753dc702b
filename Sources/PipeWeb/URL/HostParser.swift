/// Host parsing and serializing (WHATWG URL 3.5), in one step: the serialization is appended.
enum HostParser {
  typealias Failure = WebURL.Failure

  /// A domain name has at most 253 bytes; the length beyond which a name is not processed any more, since
  /// Punycode takes quadratic time.
  static let maximumDomainLength = 1024

  private static let forbidden = ByteSet("\0\t\n\r #/:<>?@[\\]^|")
  private static let forbiddenInDomain = forbidden.union(ByteSet("%")).union(.controls)

  /// Parses a host that is not empty.
  static func append(
    _ input: Span<UInt8>, isSpecial: Bool, to output: inout [UInt8]
  ) throws(Failure) -> WebURL.HostForm {
    if input.first == UInt8(ascii: "[") {
      guard input[input.count - 1] == UInt8(ascii: "]") else { throw .unclosedBracket }
      guard let address = IPAddress(ipv6Text: input.extracting(1..<(input.count - 1))) else { throw .notIPv6 }
      output.append(contentsOf: "[\(address)]".utf8)
      return .ipv6
    }
    if !isSpecial {
      try check(input, against: forbidden)
      PercentEncoding.append(input, encoding: PercentEncoding.control, to: &output)
      return .opaque
    }
    let start = output.count
    try appendDomain(input, to: &output)
    guard output.count > start else { throw .emptyHost }
    guard IPv4Parser.endsInNumber(output.span.extracting(start...)) else { return .domain }
    guard let address = IPv4Parser.parse(output.span.extracting(start...)) else { throw .notIPv4 }
    output.removeSubrange(start...)
    output.append(contentsOf: "\(IPAddress.v4(address))".utf8)
    return .ipv4
  }

  /// The address that a serialized host stands for.
  static func address(_ host: Span<UInt8>, _ form: WebURL.HostForm) -> IPAddress? {
    switch form {
    case .ipv4: IPv4Parser.parse(host).map(IPAddress.v4)
    case .ipv6: host.count > 2 ? IPAddress(ipv6Text: host.extracting(1..<(host.count - 1))) : nil
    default: nil
    }
  }

  /// A domain of ASCII is lowercased and not looked into, `xn--` labels included (3.3, domain to ASCII).
  private static func appendDomain(_ input: Span<UInt8>, to output: inout [UInt8]) throws(Failure) {
    if isPlain(input) {
      return try appendASCII(input, to: &output)
    }
    let decoded = PercentEncoding.decode(input)
    if decoded.allSatisfy({ $0 < 0x80 }) {
      return try appendASCII(decoded.span, to: &output)
    }
    guard decoded.count <= maximumDomainLength else { throw .hostTooLong }
    guard let domain = DomainToASCII.process(String(decoding: decoded, as: UTF8.self)) else { throw .notADomain }
    try check(domain.span, against: forbiddenInDomain)
    output.append(domain.span)
  }

  private static func isPlain(_ input: Span<UInt8>) -> Bool {
    for index in input.indices where input[index] >= 0x80 || input[index] == UInt8(ascii: "%") { return false }
    return true
  }

  private static func appendASCII(_ input: Span<UInt8>, to output: inout [UInt8]) throws(Failure) {
    try check(input, against: forbiddenInDomain)
    for index in input.indices { output.append(ASCII.lowercase(input[index])) }
  }

  private static func check(_ input: Span<UInt8>, against set: ByteSet) throws(Failure) {
    for index in input.indices where set.contains(input[index]) {
      throw .forbiddenInHost(Unicode.Scalar(input[index]))
    }
  }
}
