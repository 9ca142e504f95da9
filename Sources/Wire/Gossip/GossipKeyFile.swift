import MeshBase

/// The keys of a mesh as the file `keys` of its data directory holds them:
///
///     cellmesh-keys 1
///     primary 2
///     key 1 <64 hexadecimal digits>
///     key 2 <64 hexadecimal digits>
///
/// Without the file there is one key, number 1: the mesh's secret.
package struct GossipKeyFile: Equatable, Sendable {
    package struct Key: Equatable, Sendable {
        package var id: UInt32
        /// 32 bytes.
        package var bytes: [UInt8]

        package init(id: UInt32, bytes: [UInt8]) {
            self.id = id
            self.bytes = bytes
        }
    }

    package static let header = "cellmesh-keys 1"
    /// Bytes of the longest file that is read.
    package static let longest = 4096

    package var keys: [Key]
    package var primary: UInt32

    package init(keys: [Key], primary: UInt32) {
        self.keys = keys
        self.primary = primary
    }

    package init(secret: [UInt8]) { self.init(keys: [Key(id: 1, bytes: secret)], primary: 1) }

    package func validate() throws(GossipKeyRing.Invalid) {
        guard !keys.isEmpty else { throw .noKeys }
        guard keys.count <= GossipKeyRing.mostKeys else { throw .tooMany(keys.count) }
        for (index, key) in keys.enumerated() {
            guard key.bytes.count == GossipSeal.keyLength else { throw .keyLength(key.bytes.count) }
            if keys[..<index].contains(where: { $0.id == key.id }) { throw .duplicate(key.id) }
        }
        guard keys.contains(where: { $0.id == primary }) else { throw .noPrimary(primary) }
    }

    /// Nil for a text that is anything else than such a file, or breaks its rules.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.longest else { return nil }
        let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
        guard lines.count >= 3, lines[0].joined(separator: " ") == Self.header, lines[1].count == 2,
            lines[1][0] == "primary", let primary = UInt32(lines[1][1])
        else { return nil }
        var keys: [Key] = []
        for line in lines[2...] {
            guard line.count == 3, line[0] == "key", let id = UInt32(line[1]), let bytes = Self.bytes(line[2]) else {
                return nil
            }
            keys.append(Key(id: id, bytes: bytes))
        }
        self.init(keys: keys, primary: primary)
        guard (try? validate()) != nil else { return nil }
    }

    package var text: String {
        var text = "\(Self.header)\nprimary \(primary)\n"
        for key in keys {
            text += "key \(key.id) \(HexText.text(key.bytes))\n"
        }
        return text
    }

    private static func bytes(_ digits: Substring) -> [UInt8]? {
        guard let bytes = HexText.bytes(digits), bytes.count == GossipSeal.keyLength else { return nil }
        return bytes
    }
}
