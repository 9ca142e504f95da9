/// Flags as a process asks for them: a word of features a service, made anew when settings change or end. Asking is one
/// look at one bit.
///
///     var board = FlagBoard(features: ["recommendations"], services: ["checkout"])
///     board.set(settings, at: place, now: now)
///     guard board.isOn(feature: 0, from: 0) else { return fallBack() }
///
/// What nobody set is on.
public struct FlagBoard: Sendable {
    /// One word has so many bits; features beyond them cannot be switched and are named by `features-above-64`.
    public static let mostFeatures = 64

    /// A flag that is not as it was.
    public struct Change: Sendable, Equatable {
        /// The feature.
        public let name: String
        /// Whose it is.
        public let service: String
        /// As it is now.
        public let isOn: Bool
        /// What decided; nil where nothing is set any more.
        public let by: SettingsScope?
    }

    /// The bit of a feature is its position.
    public let features: [String]
    /// Who asks; by position.
    public let services: [String]
    /// A word a service; a bit is a feature that is off.
    @usableFromInline var off: [UInt64]
    /// A text a service; see `header`.
    private var headers: [String]
    /// When the next setting ends, and `set` is due again with the same settings; nil for never.
    public private(set) var nextEnd: WallTime?

    /// All on.
    public init(features: [String], services: [String]) {
        self.features = features
        self.services = services
        off = Array(repeating: 0, count: services.count)
        headers = Array(repeating: "", count: services.count)
    }

    /// Whether a service may use a feature. What has no bit is on.
    @inlinable public func isOn(feature: Int, from service: Int) -> Bool {
        guard feature >= 0, feature < Self.mostFeatures, off.indices.contains(service) else { return true }
        return off[service] & (1 << UInt64(feature)) == 0
    }

    /// The features that are off for a service, a bit each.
    @inlinable public func off(for service: Int) -> UInt64 { off.indices.contains(service) ? off[service] : 0 }

    /// What a program of a service is told in `X-Flags`: every name that is set where it stands, features and others,
    /// as in `beta=on, offers=off`, sorted. Empty where none is.
    public func header(for service: Int) -> String { headers.indices.contains(service) ? headers[service] : "" }

    /// Puts settings in force, in place of all before.
    ///
    /// - Parameter settings: those of the topology first, so that what was set later wins within a scope.
    /// - Returns: features that are not as they were.
    @discardableResult
    public mutating func set(_ settings: [FlagEntry], at place: SettingsPlace, now: WallTime) -> [Change] {
        nextEnd = settings.lazy.filter { $0.isInForce(now) }.compactMap(\.until).min()
        let inForce = settings.filter { $0.isInForce(now) }
        let names = Set(inForce.map(\.name)).sorted()
        var changes: [Change] = []
        for (index, service) in services.enumerated() {
            var word: UInt64 = 0
            var deciding: [String: FlagEntry] = [:]
            for name in names {
                deciding[name] = FlagEntry.deciding(name, among: inForce, at: place, service: service, now: now)
            }
            for (bit, feature) in features.prefix(Self.mostFeatures).enumerated() {
                let isOn = deciding[feature]?.isOn ?? true
                if !isOn { word |= 1 << UInt64(bit) }
                guard isOn != (off[index] & (1 << UInt64(bit)) == 0) else { continue }
                changes.append(Change(name: feature, service: service, isOn: isOn, by: deciding[feature]?.scope))
            }
            off[index] = word
            headers[index] = names.compactMap { name in deciding[name].map { "\(name)=\($0.isOn ? "on" : "off")" } }
                .joined(separator: ", ")
        }
        return changes
    }
}
