import PipeEngine
import PipeSpec
import PipeStorage

/// Finds the specs in folders: every `*.pipe.yaml`, and every other YAML file that has `version` and `sources`.
///
/// Folders whose names begin with a dot are left out, links to folders are not followed, and a file that is found under two
/// names is taken once. Only regular files are opened.
struct SpecFinder {
  /// What a path of the command line stands for.
  enum Found {
    case specs([String])
    /// A folder that cannot be read, or has no spec.
    case fault(DiagnosticReport)

    fileprivate static func fault(in folder: String, _ message: String, hint: String? = nil) -> Found {
      .fault(
        DiagnosticReport(
          SourceFile(name: folder, bytes: []), [Diagnostic(.unreadableFile, at: .wholeFile, message, hint: hint)]))
    }
  }

  private struct FileIdentity: Hashable {
    let device: UInt64
    let inode: UInt64

    init(_ status: FileStatus) { (device, inode) = (status.device, status.inode) }
  }

  private let storage = SystemStorage()
  private var known: Set<FileIdentity> = []

  /// The specs of a path, sorted; anything but a folder stands for itself.
  mutating func specs(at path: String) -> [Found] {
    guard path != "-", FileContents.isFolder(path) else { return [.specs([path])] }
    var root = path
    while root.hasSuffix("/"), root.utf8.count > 1 { root.removeLast() }
    var found: [Found] = []
    var specs: [String] = []
    var isEmpty = true
    var folders = [root]
    while let folder = folders.popLast() {
      let names: [String]
      do throws(StorageError) {
        names = try storage.names(in: folder).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      } catch {
        found.append(.fault(in: folder, "cannot read the folder: \(error.reasonAlone)"))
        continue
      }
      for name in names where !name.hasPrefix(".") {
        // The working folder is not a part of a name.
        let path = folder == "." ? name : folder.hasSuffix("/") ? folder + name : folder + "/" + name
        guard let status = try? storage.status(of: path, followingLinks: false) else { continue }
        if status.kind == .folder {
          folders.append(path)
        } else if Self.isYAML(name), let file = try? storage.status(of: path, followingLinks: true),
          file.kind == .regular, Self.isSpec(path, named: name)
        {
          isEmpty = false
          if known.insert(FileIdentity(file)).inserted { specs.append(path) }
        }
      }
    }
    specs.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    if isEmpty, found.isEmpty {
      found.append(
        .fault(
          in: path, "no specs in the folder: no *.pipe.yaml, and no other YAML file with version and sources",
          hint: "'pipe init' writes one to begin with"))
    }
    return found + [.specs(specs)]
  }

  private static func isYAML(_ name: String) -> Bool { name.hasSuffix(".yaml") || name.hasSuffix(".yml") }

  private static func isSpec(_ path: String, named name: String) -> Bool {
    if name.hasSuffix(".pipe.yaml") || name.hasSuffix(".pipe.yml") { return true }
    guard case .success(let bytes) = FileContents.readRegular(path) else { return false }
    let file = SourceFile(name: path, bytes: bytes)
    let keys: Set = ["version", "sources"]
    // What is no whole YAML is a spec with a fault if its lines say so.
    guard let root = DocumentStream(reading: file).roots.first else {
      return keys.isSubset(of: file.firstWords)
    }
    guard case .mapping(let entries) = root.content else { return false }
    return keys.isSubset(of: entries.compactMap(\.key.text))
  }
}

extension SourceFile {
  /// What stands before the colon of each line that begins with a word.
  fileprivate var firstWords: Set<String> {
    Set(
      (1...max(1, lineCount)).compactMap { number in
        guard let line = line(number), let colon = line.firstIndex(of: ":") else { return nil }
        return String(line[..<colon])
      })
  }
}
