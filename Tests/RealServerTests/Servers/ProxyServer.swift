import PipeTesting

/// A proxy: tinyproxy for HTTP, with TLS in front of it by socat, or microsocks for SOCKS.
struct ProxyServer: Sendable {
  let address: String
  let port: Int
  private let programs: [LocalProgram]

  var authority: String { "\(address):\(port)" }

  /// tinyproxy.
  ///
  /// - Parameters:
  ///   - user: The user and the password that it wants.
  ///   - refused: A pattern of hosts to which it refuses to go.
  static func http(user: (String, String)? = nil, refusing refused: String? = nil) throws -> ProxyServer {
    let (address, port) = try place()
    let folder = try TemporaryFolder()
    var configuration = """
      Port \(port)
      Listen \(address)
      Timeout 20
      MaxClients 100
      LogFile "\(folder.path("log"))"
      LogLevel Connect

      """
    if let user { configuration += "BasicAuth \(user.0) \(user.1)\n" }
    if let refused {
      try folder.write("filter", "\(refused)\n".utf8)
      configuration += "Filter \"\(folder.path("filter"))\"\nFilterExtended On\n"
    }
    try folder.write("tinyproxy.conf", configuration.utf8)
    let program = try LocalProgram(
      "tinyproxy", at: address, port: port, in: folder, ["-d", "-c", folder.path("tinyproxy.conf")])
    return ProxyServer(address: address, port: port, programs: [program])
  }

  /// tinyproxy behind TLS.
  static func https(_ identity: (_ address: String) throws -> Certificates.Identity) throws -> ProxyServer {
    let (address, port) = try place()
    let identity = try identity(address)
    let inner = try http()
    let listen = "OPENSSL-LISTEN:\(port),bind=\(address),fork,verify=0,cert=\(identity.certificate),key=\(identity.key)"
    let outer = try LocalProgram(
      "socat", at: address, port: port, in: try TemporaryFolder(), [listen, "TCP:\(inner.authority)"])
    return ProxyServer(address: address, port: port, programs: [outer] + inner.programs)
  }

  /// microsocks.
  static func socks(user: (String, String)? = nil) throws -> ProxyServer {
    let (address, port) = try place()
    let program = try LocalProgram(
      "microsocks", at: address, port: port, in: try TemporaryFolder(),
      ["-i", address, "-p", "\(port)"] + (user.map { ["-u", $0.0, "-P", $0.1] } ?? []))
    return ProxyServer(address: address, port: port, programs: [program])
  }

  private static func place() throws -> (String, Int) {
    let address = Loopback.freshAddress()
    return (address, try Loopback.freePort(address))
  }

  /// Ends it.
  ///
  /// - Returns: What it logged: tinyproxy in its file, microsocks on standard error.
  @discardableResult
  func stop() async -> String {
    var log = ""
    for program in programs {
      log += await program.stop().errors
      log += (try? program.folder.text("log")) ?? ""
    }
    return log
  }
}
