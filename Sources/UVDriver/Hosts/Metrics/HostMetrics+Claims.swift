import Nodes
import Telemetry

extension MetricPage {
    /// What became of calls under idempotency keys.
    mutating func claims(_ counters: ClaimCounters) {
        for (result, count) in [
            ("claimed", counters.claimed), ("replayed", counters.replayed), ("joined", counters.joined),
            ("unknown", counters.unknown), ("reused", counters.reused), ("undecided", counters.undecided),
            ("unfit", counters.unfit),
        ] {
            counter(
                "cellmesh_idempotency_total", "Calls under idempotency keys, by what became of them.", count,
                [MetricLabel("result", result)])
        }
        counter(
            "cellmesh_idempotency_unsettled_total", "Calls that were carried out, and whose answer could not be kept.",
            counters.unsettled)
        counter("cellmesh_claims_rounds_total", "Rounds begun about keys.", counters.rounds)
        counter("cellmesh_claims_expired_total", "Keys dropped at the end of their time.", counters.expired)
        counter("cellmesh_claims_evicted_total", "Keys dropped before it, of too many.", counters.evicted)
        gauge("cellmesh_claims_kept", "Keys in the store as it said last.", Double(counters.kept))
    }
}
