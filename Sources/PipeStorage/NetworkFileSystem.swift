internal import CLinux
internal import PipeText

/// File systems whose files are on another machine: locks and syncs are what that machine makes of them.
package enum NetworkFileSystem {
  /// By the numbers of statfs(2).
  private static let names: [UInt: String] = [
    0x6969: "NFS", 0x517B: "SMB", 0xFF53_4D42: "CIFS", 0xFE53_4D42: "SMB", 0x6573_5546: "FUSE", 0x0102_1997: "9P",
    0x5346_414F: "AFS", 0x00C3_6400: "Ceph", 0x0BD0_0BD0: "Lustre", 0x0116_1970: "GFS2", 0x7461_636F: "OCFS2",
  ]

  /// What the file system of a file or folder is called, if it is one of these.
  package static func name(of path: String) -> String? { path.withPath { names[pipe_file_system($0)] } }
}
