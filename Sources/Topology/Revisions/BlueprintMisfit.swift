/// What of a blueprint cannot change while its mesh runs: what processes tell strangers by (`MeshTopology.digest`).
public enum BlueprintMisfit: Error, Equatable, Sendable, CustomStringConvertible {
    /// Its services are others, or stand in another order.
    case services(was: [String])
    /// Records are kept, and were not, or the other way round.
    case store(was: Bool)
    /// The store's tier, or that of some keys.
    case tier(was: String)
    /// What becomes of conflicting versions.
    case conflicts
    /// Under which key calls of this service are carried out once.
    case idempotency(service: String)

    /// The first of what differs; nil where nothing does.
    public init?(of new: Blueprint, in place: Blueprint) {
        if new.services.map(\.name) != place.services.map(\.name) {
            self = .services(was: place.services.map(\.name))
        } else if (new.store == nil) != (place.store == nil) {
            self = .store(was: place.store != nil)
        } else if new.store?.tier != place.store?.tier || new.store?.tiers != place.store?.tiers {
            self = .tier(was: place.store.map { $0.tier.rawValue } ?? "")
        } else if new.store?.conflicts != place.store?.conflicts {
            self = .conflicts
        } else if let pair = zip(new.services, place.services).first(where: {
            $0.idempotency?.mode != $1.idempotency?.mode
        }) {
            self = .idempotency(service: pair.0.name)
        } else {
            return nil
        }
    }

    public var description: String {
        switch self {
        case .services(let names):
            "services cannot change while the mesh runs, nor their order: they are \(names.joined(separator: ", "))"
        case .store(let had):
            "whether records are kept cannot change while the mesh runs: they are \(had ? "" : "not ")kept"
        case .tier(let tier): "the store's tiers cannot change while the mesh runs: the tier is \(tier)"
        case .conflicts: "what becomes of conflicts cannot change while the mesh runs"
        case .idempotency(let service): "'idempotency' of '\(service)' cannot change while the mesh runs"
        }
    }
}
