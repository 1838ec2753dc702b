import PipeEngine
import PipeHTTP
import PipeSpec

extension ConnectionOptions {
  /// The spec's options as the loop takes them: paths resolved.
  init(_ fetch: FetchSettings, in folder: SourceFolder) {
    self.init()
    tls.verifies = fetch.tls.verify
    tls.authorities = fetch.tls.authorities.map { folder.resolve($0.value) }
    tls.certificate = fetch.tls.clientCertificate.map { folder.resolve($0.value) }
    tls.key = fetch.tls.clientKey.map { folder.resolve($0.value) }
    tls.minimumVersion =
      switch fetch.tls.minimumVersion {
      case .tls12: .tls12
      case .tls13: .tls13
      }
  }
}
