import MeshBase

/// Gives calls their idempotency keys. One in ten is an earlier call once more, of the last thousand, as of a client that did
/// not get its answer, or got it and asks again all the same.
struct KeyedCalls: Sendable {
    private struct Call {
        var customer: UInt32
        var item: UInt32
        var key: UInt64
        var value: UInt64
    }

    /// Of 1.
    static let repeated = 0.1
    private static let memory = 1_000

    private var last: UInt64 = 0
    private var recent: [Call] = []

    mutating func key(_ request: inout LoadRequest, _ rng: inout Generator) {
        if !recent.isEmpty, rng.chance(Self.repeated) {
            let call = recent[Int(rng.below(UInt64(recent.count)))]
            (request.customer, request.item) = (call.customer, call.item)
            (request.key, request.value) = (call.key, call.value)
            return
        }
        last += 1
        request.key = last
        let call = Call(customer: request.customer, item: request.item, key: last, value: request.value)
        if recent.count < Self.memory {
            recent.append(call)
        } else {
            recent[Int(last % UInt64(Self.memory))] = call
        }
    }
}
