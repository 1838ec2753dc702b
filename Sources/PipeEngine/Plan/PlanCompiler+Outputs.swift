internal import PipeSpec

extension PlanCompiler {
  /// Two sinks that write one table of a server.
  mutating func checkServers() {
    var earlier: [SinkTarget: SourceSpan] = [:]
    for target in spec.sinks.compactMap(\.product?.target) {
      guard case .server = target.value else { continue }
      guard let other = earlier[target.value] else {
        earlier[target.value] = target.span
        continue
      }
      diagnostics.append(
        Diagnostic(
          .conflict, at: target.span, "two sinks write this table", hint: "give each sink a table of its own",
          notes: [Diagnostic.Note("the other one is here", at: other)]))
    }
  }

  /// The files that a run reads and writes.
  func files(secretFiles: [Located<String>]) -> [FileUse] {
    let itself = folder.spec.map { [FileUse($0, .spec, at: .wholeFile)] } ?? []
    let secrets = secretFiles.map { FileUse(.file(folder.resolve($0.value)), .secret, at: $0.span) }
    let sources = spec.sources.flatMap { $0.product?.inputs(at: $0.span, in: folder) ?? [] }
    let tls = [spec.fetch.tls.authorities, spec.fetch.tls.clientCertificate, spec.fetch.tls.clientKey]
    let certificates = tls.compactMap(\.self).map {
      FileUse(.file(folder.resolve($0.value)), .certificate, at: $0.span)
    }
    let sinks = spec.sinks.compactMap(\.product).compactMap { sink -> FileUse? in
      let target = sink.target
      switch target.value {
      case .standardOutput: return FileUse(.standardOutput, .sink, at: target.span)
      case .file(let path):
        let part: String? = if case .whole(let part) = sink.publication() { part } else { nil }
        return FileUse(.file(path), .sink, at: target.span, part: part)
      case .database(let path, let table):
        return FileUse(.file(path), .sink, at: target.span, database: .table(table))
      case .server: return nil
      }
    }
    let others = spec.sinks.flatMap { $0.product?.otherFiles ?? [] }.map {
      FileUse(.file($0.value), .sink, at: $0.span)
    }
    return itself + secrets + sources + certificates + sinks + others
  }
}
