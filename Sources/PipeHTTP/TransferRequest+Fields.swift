internal import PipeWeb

extension TransferRequest {
  /// The header fields as they are sent: the settings' own, but for those that the request has itself and for
  /// credentials that are not to go along, and then the request's.
  func fields(with common: [HTTPFields.Field]) -> [HTTPFields.Field] {
    let names = Set(headers.map { $0.name.lowercased() })
    return common.filter { !names.contains($0.name.lowercased()) && !(withholdsCredentials && $0.isCredential) }
      + headers
  }
}
