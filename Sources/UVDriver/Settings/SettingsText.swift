import FoundationEssentials
import MeshBase
import Reports
import Resilience
import Wire

/// Settings as JSON: in files as they are, between processes with the proof that they are of this mesh.
package enum SettingsText {
    /// Bytes of the largest that is read, in a file or on the way.
    package static let largest = 1 << 20

    /// One line, keys sorted, without a line feed: the same in every process, so that a proof of it holds in all.
    package static func canonical(_ document: SettingsDocument) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(document), as: UTF8.self)
        } catch {
            preconditionFailure("settings cannot be encoded: \(error)")
        }
    }

    /// The content of a `settings.json`.
    package static func file(_ document: SettingsDocument) -> String { canonical(document) + "\n" }

    /// - Throws: `DecodingError` for what is no settings file.
    package static func reading(_ text: String) throws -> SettingsReading {
        try JSONDecoder().decode(SettingsReading.self, from: Data(text.utf8))
    }

    /// `{"proof": HEX, "settings": {...}}`: the page `/v1/settings` of each process, and what is sent to it.
    package static func sealed(_ document: SettingsDocument, _ seal: SettingsSeal) -> String {
        let text = canonical(document)
        return "{\"proof\":\"\(HexText.text(seal.proof(of: Array(text.utf8))))\",\"settings\":\(text)}\n"
    }

    /// Why a sealed document is not looked at.
    package enum Refusal: Error, Equatable, CustomStringConvertible {
        case malformed(String)
        /// Whoever sent it does not hold the mesh's secret.
        case forged

        package var description: String {
            switch self {
            case .malformed(let reason): "it is no settings document: \(reason)"
            case .forged: "its proof is not of this mesh"
            }
        }
    }

    private struct Envelope: Decodable {
        var proof: String
        var settings: SettingsReading
    }

    /// What was sent. A document of a later form cannot be proved here, and nothing of it is used.
    package static func open(_ bytes: [UInt8], _ seal: SettingsSeal) throws(Refusal) -> SettingsReading {
        guard bytes.count <= largest else { throw .malformed("it is longer than \(largest) bytes") }
        let envelope: Envelope
        do { envelope = try JSONDecoder().decode(Envelope.self, from: Data(bytes)) } catch {
            throw .malformed(JSONFailure.describe(error))
        }
        if case .document(let document) = envelope.settings {
            let proof = HexText.bytes(envelope.proof) ?? []
            guard seal.isGenuine(proof, of: Array(canonical(document).utf8)) else { throw .forged }
        }
        return envelope.settings
    }
}

/// What members are told when settings change: which version there is, and the digest of the document.
package struct SettingsNotice: Equatable, Sendable {
    /// The user event's name.
    package static let event = "settings"

    package var version: UInt64
    package var digest: UInt64

    package init(_ document: SettingsDocument) {
        version = document.version
        digest = document.digest
    }

    /// Nil for what is no such payload.
    package init?(_ payload: [UInt8]) {
        guard payload.count == 16 else { return nil }
        func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        version = word(payload[0..<8])
        digest = word(payload[8..<16])
    }

    /// 16 bytes, big endian.
    package var payload: [UInt8] {
        [version, digest].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) } }
    }
}

/// What a process answers to a document that is pushed to it.
package struct SettingsAnswer: Codable, Equatable, Sendable {
    /// In force there after it.
    package var version: UInt64
    /// Of that document, in hexadecimal.
    package var digest: String
    /// `applied same older newer-schema unsound`.
    package var verdict: String

    package init(_ holder: SettingsHolder, _ verdict: SettingsVerdict) {
        version = holder.document.version
        digest = String(holder.document.digest, radix: 16)
        self.verdict =
            switch verdict {
            case .applied: "applied"
            case .same: "same"
            case .older: "older"
            case .newerSchema: "newer-schema"
            case .unsound: "unsound"
            }
    }

    /// Whether the process has a document, or a later one.
    package func has(_ document: SettingsDocument) -> Bool {
        version > document.version
            || (version == document.version && digest == String(document.digest, radix: 16))
    }
}
