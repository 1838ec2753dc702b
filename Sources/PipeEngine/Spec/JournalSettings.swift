internal import PipeSpec

/// The `journal` block of a spec: what a run keeps, so that it can go on if it is broken off.
package struct JournalSettings: Hashable, Sendable {
  /// What checkpoints survive.
  package enum Sync: String, CaseIterable, Sendable {
    case power, process
  }

  /// `nil` for none: the spec turns the journal off.
  package var folder: String? = ".pipe"
  package var sync = Sync.power
  /// From one checkpoint to the next.
  package var every = Duration.seconds(1)
  /// Whether the spec says nothing of it.
  package var isDefault = true

  package init() {}
}

extension JournalSettings {
  /// Where journals are, if there are any.
  private enum Place {
    case off
    case folder(String)
  }

  private static let place = Shape<Place>.scalar(
    .text(name: "a folder, or off", examples: [".pipe", "off"])
  ) { text throws(ScalarFault) in
    if text.text == "off" { return .off }
    switch text.value {
    case .string where !text.text.isEmpty && !text.text.utf8.contains(0): return .folder(text.text)
    default:
      throw ScalarFault(.badValue, "cannot be \(text.shown)", hint: "write a folder, or off for no journal")
    }
  }

  static let map = MapShape<JournalSettings>(
    main: "folder",
    Key(
      "folder", place, default: Place.folder(".pipe"), shown: ".pipe",
      "The folder of the journals; a relative path starts at the working folder, and a pipeline's journal is in a folder"
        + " of its name there. With off there is none.", example: "/var/lib/pipe"),
    Key(
      "sync",
      .choice {
        switch $0 {
        case .power: "a loss of power: every checkpoint is written through to the disk"
        case .process: "the end of the process, kill -9 included"
        }
      }, default: Sync.power, shown: "power", "What checkpoints survive."),
    Key(
      "every", Shape<Duration>.duration(from: "100ms", to: "60s"), default: JournalSettings().every, shown: "1s",
      "The time from one checkpoint to the next: a run that goes on fetches again what came since the last one.",
      example: "5s"),
    make: { (place: Place, sync: Sync, every: Duration) in
      var settings = JournalSettings()
      if case .folder(let path) = place { settings.folder = path } else { settings.folder = nil }
      settings.sync = sync
      settings.every = every
      settings.isDefault = false
      return settings
    })
}

/// The journal of a plan's run.
package struct JournalPlan: Hashable, Sendable {
  /// What its folder is called: the name of the pipeline.
  package let name: String
  /// The folder that its folder is in.
  package let parent: String
  package let isDurable: Bool
  package let interval: Duration
  /// Whether nobody has asked for it, so that a run may do without where it cannot be kept.
  package let isDefault: Bool

  /// The folder of the pipeline's journals.
  package var folder: String { parent == "/" ? "/" + name : parent + "/" + name }

  /// - Parameters:
  ///   - name: The name of the spec.
  ///   - file: The spec; `nil` if it is not in a file.
  /// - Returns: `nil` where there is none.
  init?(_ settings: JournalSettings, name: String?, file: FileUse.Target?) {
    guard var parent = settings.folder else { return nil }
    while parent.count > 1, parent.hasSuffix("/") { parent.removeLast() }
    self.parent = parent
    self.name = Self.name(name, file)
    isDurable = settings.sync == .power
    interval = settings.every
    isDefault = settings.isDefault
  }

  /// What the folder of a pipeline is called, whether its runs keep a journal or not.
  package static func name(of plan: Plan) -> String { name(plan.name, plan.folder.spec) }

  private static func name(_ name: String?, _ file: FileUse.Target?) -> String {
    folderName(name ?? self.name(of: file))
  }

  private static func name(of file: FileUse.Target?) -> String {
    guard case .file(let path)? = file else { return "stdin" }
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    let ending = [".pipe.yaml", ".pipe.yml", ".yaml", ".yml"].first {
      name.hasSuffix($0) && name.utf8.count > $0.utf8.count
    }
    return ending.map { String(name.dropLast($0.count)) } ?? name
  }

  /// A name that a folder can have.
  private static func folderName(_ name: String) -> String {
    var folder = ""
    for scalar in name.unicodeScalars {
      let isFit = scalar.value >= 0x20 && scalar != "/" && scalar.value != 0x7F && !(folder.isEmpty && scalar == ".")
      if folder.utf8.count + 4 > 120 { break }
      folder.unicodeScalars.append(isFit ? scalar : "_")
    }
    return folder.isEmpty ? "_" : folder
  }
}
