internal import CLibcrypto
internal import PipeStorage

/// Digests by the system's OpenSSL.
package enum Digest {
  case sha256, md5

  /// In hexadecimal digits; `nil` if this OpenSSL does not allow it.
  package func text(of content: [UInt8]) -> String? {
    bytes(of: content)?.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

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

/// SHA-256 of whole files, in hexadecimal digits.
package enum FileDigest {
  package static func sha256(of bytes: [UInt8]) -> String? { Digest.sha256.bytes(of: bytes).map(hexadecimal) }

  /// Of a regular file, read piece by piece.
  ///
  /// - Returns: `nil` if it is none, or cannot be read.
  package static func sha256(ofFile path: String) -> (bytes: Int, digest: String)? {
    let storage = SystemStorage()
    guard let status = try? storage.status(of: path, followingLinks: true), status.kind == .regular,
      let file = try? storage.open(path, .read), let context = EVP_MD_CTX_new()
    else { return nil }
    defer { EVP_MD_CTX_free(context) }
    guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else { return nil }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { buffer.deallocate() }
    var place = 0
    while true {
      guard let count = try? file.read(at: place, into: buffer) else { return nil }
      if count == 0 { break }
      if EVP_DigestUpdate(context, buffer.baseAddress, count) != 1 { return nil }
      place += count
    }
    var length: UInt32 = 0
    let digest = [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { memory, count in
      count = EVP_DigestFinal_ex(context, memory.baseAddress, &length) == 1 ? Int(length) : 0
    }
    return digest.isEmpty ? nil : (place, hexadecimal(digest))
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
