import Blueprints
import ControlPlane
import MeshBase

/// The file with the secret that all processes of a mesh have.
enum SecretFile {
    /// 32 bytes.
    static func read(_ path: String?) throws -> [UInt8] {
        guard let path else { throw CommandFailure(.usage, "give --secret-file FILE") }
        let name = path == "-" ? "standard input" : path
        guard let content = try content(path) else { throw CommandFailure("there is no \(path)") }
        guard let secret = secret(in: content) else {
            throw CommandFailure(
                "\(name) must hold 32 bytes in hexadecimal", next: path == "-" ? nil : "openssl rand -hex 32 > \(path)")
        }
        return secret
    }

    /// The digits, or what they are in the data of a Secret: podman 4.3 mounts those as they are written.
    private static func secret(in content: String) -> [UInt8]? {
        for digits in [content, Base64Text.decoded(content.utf8).map { String(decoding: $0, as: UTF8.self) }] {
            if let bytes = digits.flatMap({ SecretText.bytes(hex: $0) }), bytes.count == 32 { return bytes }
        }
        return nil
    }

    /// Nil where there is no such file.
    private static func content(_ path: String) throws -> String? {
        guard path == "-" else {
            return try SystemFile.read(path, most: 1024).map { String(decoding: $0, as: UTF8.self) }
        }
        switch TextFile.read(path) {
        case .success(let text): return text
        case .failure(let failure): throw CommandFailure("standard input: \(failure.message)")
        }
    }
}
