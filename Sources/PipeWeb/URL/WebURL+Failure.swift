extension WebURL {
  /// Why a text is not a URL.
  package enum Failure: Error, Hashable, Sendable {
    case tooLong
    case relativeWithoutBase
    case relativeToOpaquePath
    case emptyHost
    case hostTooLong
    case forbiddenInHost(Unicode.Scalar)
    case notADomain
    case notIPv4
    case notIPv6
    case unclosedBracket
    case badPort
  }
}

extension WebURL.Failure: CustomStringConvertible {
  /// What is wrong, in words that follow "not a URL: ".
  package var message: String {
    switch self {
    case .tooLong: "longer than \(WebURL.maximumLength) bytes"
    case .relativeWithoutBase: "a relative URL without a base"
    case .relativeToOpaquePath: "a relative URL, and its base has no hierarchical path"
    case .emptyHost: "the host is empty"
    case .hostTooLong: "the host is too long for a domain name"
    case .forbiddenInHost(let scalar): "the host holds \(Self.name(scalar)), which is not allowed there"
    case .notADomain: "the host is not a valid internationalized domain name"
    case .notIPv4: "the host ends in a number but is not an IPv4 address"
    case .notIPv6: "the host in brackets is not an IPv6 address"
    case .unclosedBracket: "the '[' of the host has no ']' at its end"
    case .badPort: "the port is not a number from 0 to 65535"
    }
  }

  package var description: String { message }

  private static func name(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case " ": return "a space"
    case "!"..."~": return "'\(scalar)'"
    default:
      let digits = String(scalar.value, radix: 16, uppercase: true)
      return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
  }
}
