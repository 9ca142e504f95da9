import MeshBase
import Resilience

/// The calls that requests under way have made of services whose answers may be shared (C28): a cache for each request, named
/// by the call that the request began with. Between services of a cell there is neither a path nor a body, so that two calls
/// are identical if their callee is the same.
struct RequestCaches {
    /// Nothing of an answer is kept within a cell but that it was good.
    struct Good: Sendable {}
    typealias Cache = RequestCache<Int, Good, SlabKey>

    /// Calls that found an answer, or joined one under way.
    private(set) var hits: UInt64 = 0
    /// Calls that were made, though their callee's answers may be shared.
    private(set) var misses: UInt64 = 0
    private var caches: [SlabKey: Cache] = [:]

    /// Requests of which something is remembered or under way.
    var count: Int { caches.count }

    /// Whether a call need not be made as an earlier one has been answered.
    mutating func find(_ callee: Int, of request: SlabKey) -> Bool {
        guard caches[request]?.find(callee) != nil else { return false }
        hits += 1
        return true
    }

    func isUnderWay(_ callee: Int, of request: SlabKey) -> Bool { caches[request]?.isUnderWay(callee) ?? false }

    /// What becomes of a call; its request goes on.
    mutating func ask(
        _ callee: Int, _ call: SlabKey, of request: SlabKey, _ policy: RequestCachePolicy
    ) -> Cache.Result {
        let result = caches[request, default: Cache(policy: policy)].ask(callee, call)
        switch result {
        case .hit, .joined: hits += 1
        case .make, .makeAlone: misses += 1
        }
        return result
    }

    /// A call that others may have joined has ended.
    ///
    /// - Returns: those that have.
    mutating func ended(
        _ callee: Int, _ call: SlabKey, of request: SlabKey, isGood: Bool, goesOn: Bool
    ) -> [SlabKey] {
        let joined = caches[request]?.ended(callee, call, keep: isGood ? Good() : nil) ?? []
        if !goesOn { ended(request) }
        return joined
    }

    /// A call is given up, whether others have joined it or it has joined another.
    ///
    /// - Returns: one that is to be made now in its place.
    mutating func left(_ callee: Int, _ call: SlabKey, of request: SlabKey, goesOn: Bool) -> SlabKey? {
        let next = caches[request]?.left(callee, call)
        if !goesOn { ended(request) }
        return next
    }

    /// The request has been answered. What it began and is to be undone may go on, and with it calls that wait for others.
    mutating func ended(_ request: SlabKey) {
        if caches[request]?.underWay == 0 { caches[request] = nil }
    }
}
