import MeshBase

/// A document as it came: one that this release reads, or one of a form that it does not know yet.
public enum SettingsReading: Sendable, Equatable, Decodable {
    case document(SettingsDocument)
    /// Nothing of it is used, not even what looks familiar.
    case newer(schema: Int, version: UInt64)

    private enum CodingKeys: String, CodingKey { case schema, version }

    /// - Throws: `DecodingError` for what is neither.
    public init(from decoder: any Decoder) throws {
        let head = try decoder.container(keyedBy: CodingKeys.self)
        let schema = try head.decode(Int.self, forKey: .schema)
        if schema > SettingsDocument.schema {
            self = .newer(schema: schema, version: (try? head.decode(UInt64.self, forKey: .version)) ?? 0)
        } else {
            self = .document(try SettingsDocument(from: decoder))
        }
    }
}

/// What became of a document that was offered.
public enum SettingsVerdict: Sendable, Equatable {
    /// It is in force; these entries are new, changed or gone.
    case applied([SettingsChange])
    /// It is the one in force.
    case same
    /// A higher one is in force.
    case older(than: UInt64)
    /// Of a later release; nothing changed.
    case newerSchema(Int)
    /// Nothing changed.
    case unsound([SettingsProblem])
}

/// The settings in force in a process.
///
///     switch holder.offer(reading) {
///     case .applied(let changes): write it down, act on the changes, ask for `nextEnd`
///     case .older(let version): // tell who offered it
///     ...
///     }
public struct SettingsHolder: Sendable {
    /// The highest so far, with what has ended since.
    public private(set) var document: SettingsDocument
    /// Documents that were not put in force, but for those that were in force already.
    public private(set) var refused: UInt64 = 0
    /// See `isBehind`; not made anew for each message of gossip.
    private var digest: UInt64
    /// What had not ended at the last look.
    private var seen: SettingsDocument

    /// - Parameter document: as read from the disk after a restart.
    public init(_ document: SettingsDocument = SettingsDocument()) {
        self.document = document
        digest = document.digest
        seen = document
    }

    /// Puts a document in force if it is higher. Of two of one version, which only a control plane that forgot could
    /// have made, the one made later is, then the one of the higher digest: all processes end with the same.
    public mutating func offer(_ reading: SettingsReading, now: WallTime) -> SettingsVerdict {
        switch reading {
        case .newer(let schema, _):
            refused += 1
            return .newerSchema(schema)
        case .document(let offered):
            let offeredDigest = offered.digest
            if offered.version == document.version, offeredDigest == digest { return .same }
            guard (offered.version, offered.at, offeredDigest) > (document.version, document.at, digest) else {
                refused += 1
                return .older(than: document.version)
            }
            let problems = offered.problems()
            guard problems.isEmpty else {
                refused += 1
                return .unsound(problems)
            }
            document = offered
            digest = offeredDigest
            return .applied(lookForChanges(now))
        }
    }

    /// Whether a member that gossips this has a document that this process should fetch.
    public func isBehind(version: UInt64, digest other: UInt64) -> Bool {
        version > document.version || (version == document.version && other != digest)
    }

    /// What is in force now.
    public func inForce(at now: WallTime) -> SettingsDocument { document.inForce(at: now) }

    /// When an entry ends next, and `expire` is due; nil where none will.
    public func nextEnd(after now: WallTime) -> WallTime? { document.nextEnd(after: now) }

    /// The entries that have ended since this was last asked, or a document was put in force. Each is told once.
    public mutating func expire(now: WallTime) -> [SettingsChange] { lookForChanges(now) }

    private mutating func lookForChanges(_ now: WallTime) -> [SettingsChange] {
        let current = document.inForce(at: now)
        let changes = SettingsChange.between(seen, current)
        seen = current
        return changes
    }
}

/// One entry that is not as it was.
public struct SettingsChange: Sendable, Equatable {
    /// Which list it is of.
    public enum Kind: String, Sendable, CaseIterable {
        case flag, breaker, level, peak, comparison, notice
    }
    /// Which list it is of.
    public let kind: Kind
    /// The flag's, the gate's, the peak's; empty for a level, a comparison and a notice.
    public let name: String
    /// Nil of a breaker, a peak, a comparison and a notice.
    public let scope: SettingsScope?
    /// `on`, `forced-open`, `moderate`, ...; nil where the entry is gone.
    public let value: String?
    /// When it was set: the same set again is a change, for a breaker that is to be closed once more.
    public let set: WallTime?
    /// When it ends; nil for never, and where it is gone.
    public let until: WallTime?

    private struct Key: Hashable {
        let kind: Kind
        let name: String
        let scope: SettingsScope?
    }

    /// What differs from one document to another, in the order of the later one; what is gone comes last.
    public static func between(_ old: SettingsDocument, _ new: SettingsDocument) -> [SettingsChange] {
        let before = entries(of: old)
        let after = entries(of: new)
        var known: [Key: SettingsChange] = [:]
        for entry in before { known[entry.key] = entry }
        var changes = after.filter { known[$0.key] != $0 }
        let kept = Set(after.map(\.key))
        for entry in before where !kept.contains(entry.key) {
            changes.append(
                SettingsChange(kind: entry.kind, name: entry.name, scope: entry.scope, value: nil, set: nil, until: nil)
            )
        }
        return changes
    }

    private var key: Key { Key(kind: kind, name: name, scope: scope) }

    private static func entries(of document: SettingsDocument) -> [SettingsChange] {
        var entries = document.flags.map {
            SettingsChange(
                kind: .flag, name: $0.name, scope: $0.scope, value: $0.isOn ? "on" : "off", set: $0.set, until: $0.until
            )
        }
        entries += document.breakers.map {
            SettingsChange(
                kind: .breaker, name: $0.gate, scope: nil, value: $0.mode.rawValue, set: $0.set, until: $0.until)
        }
        entries += document.levels.map {
            SettingsChange(
                kind: .level, name: "", scope: $0.scope, value: "\($0.level.name)\($0.isPinned ? ", pinned" : "")",
                set: $0.set, until: $0.until)
        }
        if let peak = document.peak {
            entries.append(
                SettingsChange(kind: .peak, name: peak.name, scope: nil, value: "on", set: peak.set, until: peak.until))
        }
        if let comparison = document.comparison {
            entries.append(
                SettingsChange(
                    kind: .comparison, name: "", scope: nil,
                    value: "\(comparison.a.name) and \(comparison.b.name) at \(comparison.share)",
                    set: comparison.set, until: comparison.until))
        }
        if let notice = document.notice {
            entries.append(
                SettingsChange(
                    kind: .notice, name: "", scope: nil, value: notice.text, set: notice.set, until: notice.until))
        }
        return entries
    }
}
