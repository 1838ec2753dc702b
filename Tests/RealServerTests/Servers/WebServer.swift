import PipeTesting

/// nginx, with TLS and HTTP/2 as a test wants them.
struct WebServer: Sendable {
  struct Options: Sendable {
    /// `nil` for plain http.
    var identity: Certificates.Identity?
    var speaksHTTP2 = true
    var protocols = "TLSv1.2 TLSv1.3"
    /// The authority whose client certificates it asks for.
    var clientAuthority: String?
    /// What stands in `http { server { … } }` besides.
    var locations = "location / { return 200 \"hello\\n\"; }"
  }

  private let program: LocalProgram
  let address: String
  let port: Int
  private let scheme: String

  /// - Parameter options: Is given the server's address, for which a certificate may be made.
  init(_ options: (_ address: String) throws -> Options = { _ in Options() }) throws {
    let address = Loopback.freshAddress()
    let options = try options(address)
    let folder = try TemporaryFolder()
    let port = try Loopback.freePort(address)
    let tls =
      options.identity.map { identity in
        """
        ssl_certificate \(identity.certificate);
        ssl_certificate_key \(identity.key);
        ssl_protocols \(options.protocols);
        # OpenSSL speaks old versions at its lowest level alone.
        ssl_ciphers DEFAULT@SECLEVEL=0;
        """ + (options.clientAuthority.map { "ssl_verify_client optional; ssl_client_certificate \($0);" } ?? "")
      } ?? ""
    let listen = "\(address):\(port)" + (options.identity == nil ? "" : " ssl") + (options.speaksHTTP2 ? " http2" : "")
    let configuration = """
      daemon off;
      master_process off;
      pid nginx.pid;
      error_log error.log;
      events { worker_connections 512; }
      http {
        log_format tests '$connection $server_protocol $status $request_uri';
        access_log access.log tests;
        client_body_temp_path temporary; proxy_temp_path temporary; fastcgi_temp_path temporary;
        uwsgi_temp_path temporary; scgi_temp_path temporary;
        keepalive_requests 100000;
        server {
          listen \(listen);
          \(tls)
          \(options.locations)
        }
      }
      """
    try folder.write("nginx.conf", configuration.utf8)
    program = try LocalProgram(
      "nginx", at: address, port: port, in: folder, ["-p", folder.path, "-c", "nginx.conf", "-e", "error.log"])
    self.address = address
    self.port = port
    scheme = options.identity == nil ? "http" : "https"
  }

  func url(_ path: String = "/") -> String { "\(scheme)://\(address):\(port)\(path)" }

  /// A request as the server logged it.
  struct LoggedRequest: Sendable {
    let connection: String
    let version: String
    let status: Int
    let target: String
  }

  /// Ends the server; what it was asked.
  @discardableResult
  func stop() async throws -> [LoggedRequest] {
    await program.stop()
    return try program.folder.text("access.log").split(separator: "\n").map { line in
      let parts = line.split(separator: " ").map(String.init)
      return LoggedRequest(
        connection: parts[0], version: parts[1], status: Int(parts[2]) ?? 0, target: parts.dropFirst(3).joined())
    }
  }
}
