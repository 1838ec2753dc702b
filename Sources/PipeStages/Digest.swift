internal import CLibcrypto

/// Digests by the system's OpenSSL.
enum Digest {
  case sha256, md5

  /// - Returns: `nil` if this OpenSSL does not allow it.
  func bytes(of content: [UInt8]) -> [UInt8]? {
    let type = self == .md5 ? EVP_md5() : EVP_sha256()
    var length: UInt32 = 0
    let digest = [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { memory, count in
      let isDone = content.withUnsafeBytes {
        EVP_Digest($0.baseAddress, $0.count, memory.baseAddress, &length, type, nil)
      }
      count = isDone == 1 ? Int(length) : 0
    }
    return digest.isEmpty ? nil : digest
  }
}
