internal import PipeEngine
internal import PipeWeb

extension Charts {
  /// Where the time of the places for transfers went, and what the other stages did meanwhile.
  static func budget(_ times: RunTimes.Counts, sinks: [String], lanes: Int, elapsed: Duration) -> Chart {
    let places = times.places.seconds
    let parts: [(String, Duration, Drawing.Colour)] = [
      ("waiting for what hosts allow", times.vacant[.hosts] ?? .zero, .grey),
      ("connecting", times.connecting, .pale),
      ("waiting for the first byte", times.waiting, .accent),
      ("receiving the rest", times.receiving, .purple),
      ("held up by later stages", times.vacant[.room] ?? .zero, .orange),
      ("nothing to fetch", times.vacant[.requests] ?? .zero, .grey),
    ]
    func share(_ time: Duration, of whole: Double) -> String {
      whole > 0 ? "\(Drawing.number(time.seconds / whole * 100))%" : "-"
    }
    let bars = parts.map { name, time, colour in
      Bar(name: name, value: time.seconds, text: share(time, of: places), colour: colour)
    }
    var rows = parts.map { name, time, _ -> [Markup] in
      ["\(name)", "\(LatencyText.text(time.seconds))", "\(share(time, of: places))"]
    }
    let seconds = elapsed.seconds
    rows.append([
      "extract, \(lanes) side by side", "\(LatencyText.text(times.extracting.seconds))",
      "\(share(times.extracting, of: seconds * Double(lanes)))",
    ])
    for (index, sink) in sinks.enumerated() {
      let time = times.sinks[index] ?? .zero
      rows.append(["writing \(sink, upTo: 60)", "\(LatencyText.text(time.seconds))", "\(share(time, of: seconds))"])
    }
    let most = parts.max { $0.1 < $1.1 }
    let finding =
      places > 0
      ? "Of the time of all places for transfers, most went into \(most?.0 ?? ""): \(share(most?.1 ?? .zero, of: places))."
      : "No transfer was made."
    return Charts.bars(
      "budget", "Where the time of the places for transfers went", finding: finding, bars,
      table: MarkupTable(
        "Time budget", [.text("what"), .number("time, all together"), .number("share of its own")], rows))
  }

  /// The hosts with the most requests.
  static func hosts(_ hosts: [(name: String, host: RunMeasures.Host)], table: MarkupTable) -> Chart {
    let told = hosts.prefix(8)
    let bars = told.map { name, host in
      let broken = host.broken > 0 ? ", \(host.broken.grouped) not ok" : ""
      return Bar(
        name: name, value: Double(host.requests), text: "\(host.requests.grouped)\(broken)",
        colour: host.broken > host.requests / 2 ? .red : .accent)
    }
    let finding = told.first.map { "\($0.name) had the most requests: \($0.host.requests.grouped)." } ?? ""
    return Charts.bars("hosts", "Requests of the hosts", finding: finding, bars, table: table)
  }
}
