import NIOHTTP1

/// Pages behind a name and a password, or a token.
enum AuthenticationRoutes {
  static let all: [Route] = [
    Route("/basic-auth/{user}/{password}", "a page for this user alone", example: "/basic-auth/ada/secret", basic),
    Route("/bearer/{token}", "a page for the bearer of this token", example: "/bearer/t0k3n", bearer),
  ]

  private static func basic(_ request: SiteRequest, _ site: Site) -> Answer {
    let wanted = "Basic " + Base64.encode("\(request.captures[0]):\(request.captures[1])")
    guard request.headers.first(name: "Authorization") == wanted else { return refuse("Basic realm=\"practice\"") }
    return .page(title: "Welcome \(request.captures[0])")
  }

  private static func bearer(_ request: SiteRequest, _ site: Site) -> Answer {
    guard request.headers.first(name: "Authorization") == "Bearer \(request.captures[0])" else {
      return refuse("Bearer realm=\"practice\"")
    }
    return .page(title: "Welcome bearer")
  }

  private static func refuse(_ challenge: String) -> Answer {
    .page(title: StatusRoutes.title(401), status: .unauthorized, headers: [("WWW-Authenticate", challenge)])
  }
}
