import MeshBase

/// What stands in for the answer of a call that failed.
public enum FallbackKind: UInt8, Sendable, CaseIterable {
    /// The last good answer that this customer had over this edge.
    case cached
    /// An answer that fits anybody: a fixed text, or what another service says.
    case generic
    /// An answer written down beforehand.
    case `static`
    /// An answer with nothing in it.
    case empty
    /// No answer: the caller goes on without.
    case skipped

    /// The word in files, in metrics and in `X-Degraded`.
    public var name: StaticString {
        switch self {
        case .cached: "cached"
        case .generic: "generic"
        case .static: "static"
        case .empty: "empty"
        case .skipped: "skipped"
        }
    }
}

/// Which fallbacks an edge has, in the order in which they are tried, and how long each may take. The limit of the
/// primary is the call's own.
///
/// Core edges have none: what they fail with is their answer. That is judged where the edge is declared.
public struct FallbackPolicy: Sendable, Equatable {
    /// In order; empty for an edge that is left out where it fails. `skipped` needs no mention: it is the end of every
    /// chain.
    public var kinds: [FallbackKind]
    /// How long the look for a last good answer may take; at least 0.
    public var cachedLimit: TimeAmount
    /// How long a generic service may take; at least 0.
    public var genericLimit: TimeAmount
    /// A generic service is not asked with less time than this left; at least 0.
    public var minimum: TimeAmount
    /// Whether the generic answer is another service's; a fixed text otherwise.
    public var asksGenericService: Bool

    /// - Parameters: negative lengths of time count as none; of a kind that is listed twice the first counts.
    public init(
        kinds: [FallbackKind] = [], cachedLimit: TimeAmount = .milliseconds(10),
        genericLimit: TimeAmount = .milliseconds(100), minimum: TimeAmount = .milliseconds(10),
        asksGenericService: Bool = false
    ) {
        self.kinds = kinds
        self.cachedLimit = max(cachedLimit, .zero)
        self.genericLimit = max(genericLimit, .zero)
        self.minimum = max(minimum, .zero)
        self.asksGenericService = asksGenericService
    }

    /// Of one machine: nothing is cached or asked for; an edge that fails is left out.
    public static let local = FallbackPolicy()
    /// As published: the whole chain (primary, cached, generic, static, empty).
    public static let seed = FallbackPolicy(
        kinds: [.cached, .generic, .static, .empty], minimum: .milliseconds(100), asksGenericService: true)

    /// What is written and cannot be meant: `fallback` where a kind is listed twice, or where one stands behind another that
    /// always answers. `empty` may end any chain.
    public func problems() -> [(key: String, reason: String)] {
        var problems: [(key: String, reason: String)] = []
        for (index, kind) in kinds.enumerated() {
            if kinds.prefix(index).contains(kind) {
                problems.append(("fallback", "\(kind.name) is listed twice"))
            } else if kind != .empty, let final = kinds.prefix(index).first(where: { isFinal($0) }) {
                problems.append(("fallback", "\(kind.name) is never reached: \(final.name) always answers"))
            }
        }
        return problems
    }

    private func isFinal(_ kind: FallbackKind) -> Bool {
        switch kind {
        case .static, .empty, .skipped: true
        case .generic: !asksGenericService
        case .cached: false
        }
    }
}
