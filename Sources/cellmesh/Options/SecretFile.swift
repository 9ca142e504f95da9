import ControlPlane

/// The file with the secret that all processes of a mesh have.
enum SecretFile {
    /// 32 bytes.
    static func read(_ path: String?) throws -> [UInt8] {
        guard let path else { throw CommandFailure(.usage, "give --secret-file FILE") }
        guard let content = try SystemFile.read(path, most: 1024) else { throw CommandFailure("there is no \(path)") }
        guard let secret = SecretText.bytes(hex: String(decoding: content, as: UTF8.self)), secret.count == 32 else {
            throw CommandFailure("\(path) must hold 32 bytes in hexadecimal", next: "openssl rand -hex 32 > \(path)")
        }
        return secret
    }
}
