import FoundationEssentials
import MeshBase
import Reports
import Resilience
import UVDriver

/// The body of `POST /v1/settings`: changes that are made together, or none of them.
package struct SettingsRequest: Codable, Sendable, Equatable {
    package var changes: [SettingsWish]
    /// The prediction that they stand on (`PredictionReport`); nil for none.
    package var prediction: String?

    /// The most changes of one request.
    package static let most = 256
    static let form =
        "{\"changes\": [{\"kind\": \"flag|breaker|level|peak|comparison|notice\", \"name\": NAME, \"scope\": SCOPE, \"value\": VALUE "
        + "or null, \"for_ms\": NUMBER}, ...]}"

    package init(_ changes: [SettingsWish]) { self.changes = changes }

    /// Reads what a client sent.
    /// - Throws: 400, with what is wrong and what to send.
    package init(body: [UInt8]) throws(APIFailure) {
        do { self = try JSONDecoder().decode(SettingsRequest.self, from: Data(body)) } catch {
            throw APIFailure(400, "\(JSONFailure.describe(error)). Send \(Self.form).")
        }
        guard (1...Self.most).contains(changes.count) else {
            throw APIFailure(400, "Send 1 to \(Self.most) changes; nothing was changed.")
        }
    }

    /// - Throws: 400, with the change that makes no sense.
    func edits(at now: WallTime) throws(APIFailure) -> [SettingsEdit] {
        var edits: [SettingsEdit] = []
        for (index, wish) in changes.enumerated() {
            do throws(SettingsWish.Senseless) { edits.append(try wish.edit(at: now)) } catch {
                throw APIFailure(400, "changes[\(index)].\(error.member): \(error.reason); nothing was changed.")
            }
        }
        return edits
    }
}

/// One change, as a client words it. A value of null takes back.
package struct SettingsWish: Sendable, Equatable {
    /// `flag breaker level peak comparison notice`.
    package var kind: String
    /// The flag's, the gate's, the peak's.
    package var name: String?
    /// `mesh` where left out.
    package var scope: String?
    /// `on`, `off`; `forced-open`, `closed`, `disabled`, `metrics-only`; a level; `A and B` levels of a comparison; the text of a
    /// notice.
    package var value: String?
    /// Of a level: whatever the controller says.
    package var pin: Bool?
    /// Of a comparison: of customers in arm B, 0...1.
    package var share: Double?
    /// How long it is in force, 1 ms to a year.
    package var lease: Int64?

    package init(
        _ kind: SettingsChange.Kind, _ name: String? = nil, scope: String? = nil, value: String? = nil,
        pin: Bool? = nil, share: Double? = nil, lease: Int64? = nil
    ) {
        self.kind = kind.rawValue
        self.name = name
        self.scope = scope
        self.value = value
        self.pin = pin
        self.share = share
        self.lease = lease
    }

    struct Senseless: Error {
        var member: String
        var reason: String
    }

    /// What is wrong with it by itself: the member and the reason; nil where nothing is.
    package var fault: (member: String, reason: String)? {
        do throws(Senseless) { _ = try edit(at: WallTime(milliseconds: 0)) } catch {
            return (error.member, error.reason)
        }
        return nil
    }

    private static let longest = BreakerEntry.longestTime.nanoseconds / 1_000_000

    func edit(at now: WallTime) throws(Senseless) -> SettingsEdit {
        guard let kind = SettingsChange.Kind(rawValue: kind) else {
            throw Senseless.word(self.kind, "kind", "kind", SettingsChange.Kind.allCases.map(\.rawValue))
        }
        if let lease, !(1...Self.longest).contains(lease) {
            throw Senseless(member: "for_ms", reason: "must be 1 to \(Self.longest) ms, which are 366 days")
        }
        let until = lease.map { WallTime(milliseconds: now.milliseconds + $0) }
        switch kind {
        case .flag: return try flag(now, until)
        case .breaker: return try breaker(now, until)
        case .level: return try level(now, until)
        case .peak:
            guard value != nil else { return .endPeak }
            guard let until else { throw Senseless(member: "for_ms", reason: "a peak needs an end") }
            return .beginPeak(PeakEntry(try named(), set: now, until: until))
        case .comparison: return try comparison(now, until)
        case .notice: return value.map { .setNotice(NoticeEntry($0, set: now, until: until)) } ?? .removeNotice
        }
    }

    private func flag(_ now: WallTime, _ until: WallTime?) throws(Senseless) -> SettingsEdit {
        let scope = try place()
        switch value {
        case nil: return .removeFlag(try named(), scope)
        case "on"?, "off"?:
            return .setFlag(FlagEntry(try named(), isOn: value == "on", scope: scope, set: now, until: until))
        case let word?: throw Senseless.word(word, "value", "value of a flag", ["on", "off"])
        }
    }

    private func breaker(_ now: WallTime, _ until: WallTime?) throws(Senseless) -> SettingsEdit {
        guard let value else { return .resetBreaker(try named()) }
        guard let mode = BreakerEntry.Mode(rawValue: value) else {
            throw Senseless.word(value, "value", "way to hold a breaker", BreakerEntry.Mode.allCases.map(\.rawValue))
        }
        let standard = Int64(BreakerEntry.standardTime.milliseconds)
        return .holdBreaker(
            BreakerEntry(
                try named(), mode, set: now,
                until: until ?? WallTime(milliseconds: now.milliseconds + standard)))
    }

    private func level(_ now: WallTime, _ until: WallTime?) throws(Senseless) -> SettingsEdit {
        let scope = try place()
        guard let value else { return .removeLevel(scope) }
        return .setLevel(
            LevelEntry(try Self.level(value), scope: scope, isPinned: pin ?? false, set: now, until: until))
    }

    private func comparison(_ now: WallTime, _ until: WallTime?) throws(Senseless) -> SettingsEdit {
        guard let value else { return .endComparison }
        let words = value.split(separator: " ").map(String.init)
        guard words.count == 3, words[1] == "and" else {
            throw Senseless(member: "value", reason: "must be two levels, such as 'normal and minor'")
        }
        let share = share ?? 0.5
        guard share > 0, share < 1 else {
            throw Senseless(member: "share", reason: "must be above 0 and below 1")
        }
        return .compare(
            ComparisonEntry(
                a: try Self.level(words[0]), b: try Self.level(words[2]), share: share,
                seed: UInt64(bitPattern: now.milliseconds), set: now, until: until))
    }

    private static func level(_ word: String) throws(Senseless) -> DegradationLevel {
        guard let level = DegradationLevel(word) else {
            throw Senseless.word(word, "value", "level", DegradationLevel.names)
        }
        return level
    }

    private func named() throws(Senseless) -> String {
        guard let name, !name.isEmpty else { throw Senseless(member: "name", reason: "a \(kind) has a name") }
        return name
    }

    private func place() throws(Senseless) -> SettingsScope {
        guard let scope else { return .mesh }
        guard let place = SettingsScope(scope) else {
            let word = scope.split(separator: "/").first.map(String.init) ?? scope
            // A service has no level of its own.
            let kinds = ["mesh", "region", "cell"] + (kind == SettingsChange.Kind.level.rawValue ? [] : ["service"])
            throw Senseless(
                member: "scope",
                reason: "'\(scope.prefix(64))' is no scope: "
                    + (NearestWord.hint(for: word, among: kinds, listing: "there are") ?? "") + "; write "
                    + (kinds.count == 4
                        ? "mesh, region/NAME, cell/NAME or service/NAME" : "mesh, region/NAME or cell/NAME"))
        }
        return place
    }
}

extension SettingsWish.Senseless {
    fileprivate static func word(_ word: String, _ member: String, _ what: String, _ known: [String]) -> Self {
        let hint = NearestWord.hint(for: word, among: known, listing: "there are")
        return Self(
            member: member, reason: "there is no \(what) '\(word.prefix(64))'" + (hint.map { "; \($0)" } ?? ""))
    }
}

extension SettingsWish: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case kind, name, scope, value, pin, share
        case lease = "for_ms"
    }

    private struct AnyKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// - Throws: also for a member that is none: what is misspelt is refused, not ignored.
    package init(from decoder: any Decoder) throws {
        let known = CodingKeys.allCases.map(\.stringValue)
        let all = try decoder.container(keyedBy: AnyKey.self)
        for key in all.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) where !known.contains(key.stringValue) {
            let hint = NearestWord.hint(for: key.stringValue, among: known, listing: "there are") ?? ""
            throw DecodingError.dataCorruptedError(
                forKey: key, in: all, debugDescription: "is no member of a change: \(hint)")
        }
        let values = try decoder.container(keyedBy: CodingKeys.self)
        kind = try values.decode(String.self, forKey: .kind)
        name = try values.decodeIfPresent(String.self, forKey: .name)
        scope = try values.decodeIfPresent(String.self, forKey: .scope)
        value = try values.decodeIfPresent(String.self, forKey: .value)
        pin = try values.decodeIfPresent(Bool.self, forKey: .pin)
        share = try values.decodeIfPresent(Double.self, forKey: .share)
        lease = try values.decodeIfPresent(Int64.self, forKey: .lease)
    }
}
