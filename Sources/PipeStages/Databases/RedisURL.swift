import PipeDatabase
import PipeSpec

/// The server of a spec, and what may be shown of it.
struct RedisURL: Sendable {
  let address: RedisAddress
  /// Without user, password and what came as a secret.
  let shown: String

  /// The option of a sink.
  static let key = Key("url", shape, words, example: "redis://127.0.0.1:6379/0")

  /// The option of a source, whose `url` is that of its requests.
  static let sourceKey = Key("database", shape, words, example: "redis://127.0.0.1:6379/0")

  private static let words =
    "The server, with user, password and the number of a database: redis://, rediss:// for TLS, or redis+unix:///path?db=0. It "
    + "may be at any address: `fetch.allow_private` is about pages."

  private static let shape = Shape<ResolvedText>.scalar(
    .text(
      name: "the URL of a Redis server", pattern: "://",
      examples: ["redis://127.0.0.1:6379/0"])
  ) { text throws(ScalarFault) in text }.map { text, node, context -> Located<RedisURL>? in
    do throws(RedisAddress.Fault) {
      // The spec is read once more with `***` for each secret.
      let address = text.text == Secrets.mask ? RedisAddress.unknown : try RedisAddress(text.text)
      var shown = address.name
      if let masked = text.masked { shown = (try? RedisAddress(masked))?.name ?? Secrets.mask }
      if text.text == Secrets.mask { shown = Secrets.mask }
      if !(address.password ?? "").isEmpty { context.protect(text) }
      return Located(RedisURL(address: address, shown: shown), at: node.span)
    } catch {
      // What cannot be read may hold a password all the same.
      context.mask(node)
      context.report(.badURL, on: node, "\(context.place) \(error.reason)", hint: error.hint)
      return nil
    }
  }
}
