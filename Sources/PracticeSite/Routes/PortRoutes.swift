/// Where the ports are on which connections go wrong.
enum PortRoutes {
  static let all: [Route] = [
    Route("/ports", "the URLs of ports on which connections go wrong, by name", ports)
  ]

  private static func ports(_ request: SiteRequest, _ site: Site) -> Answer {
    .json(.object(site.ports.named.map { ($0.name, .string("\(Origin(host: "127.0.0.1", port: $0.port))/")) }))
  }
}
