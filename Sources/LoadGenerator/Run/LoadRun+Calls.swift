import Checkers
import MeshBase
import UVDriver
import Wire

/// What answers to calls of services say besides their status.
extension LoadRun {
    /// Counts what was replaced in an answer, that it says when to come again, and what it says of its key.
    func noteCall(
        _ request: LoadRequest, _ response: HTTPResponse, _ bytes: UnsafeRawBufferPointer, isOK: Bool,
        now: Instant
    ) {
        if response.retryAfter.isPresent { state.pointee.accounts.noteRetryAfter() }
        if response.degraded.isPresent {
            state.pointee.accounts.note(degraded: response.degraded.bytes(in: bytes))
        }
        noteArm(request, isOK: isOK, degraded: response.degraded.bytes(in: bytes), now: now)
        guard request.key > 0, isOK else { return }
        guard response.status != 202 else {
            state.pointee.charges?.queued(request.key)
            return
        }
        let isReplay = response.header("idempotent-replayed", in: bytes).isPresent
        let answer = StableHash.hash(
            response.body.bytes(in: bytes), seed: UInt64(truncatingIfNeeded: response.status))
        state.pointee.charges?.answered(request.key, answer, isReplay: isReplay)
        if isReplay { state.pointee.accounts.noteReplay() }
    }

    /// A call has ended, where two levels are compared.
    func noteArm(_ request: LoadRequest, isOK: Bool, degraded: UnsafeRawBufferPointer, now: Instant) {
        guard request.kind == .service, state.pointee.arms != nil else { return }
        state.pointee.arms!.ended(
            Int(request.customer), ok: isOK, degraded: degraded, took: now - request.intended, now: now)
    }

    /// What the idempotency keys of this run begin with.
    package var keyPrefix: String { RequestRenderer.keyPrefix(state.pointee.run) }

    /// What clients were told of their keys; nil where there were none. Whoever knows what the cells have carried out judges.
    package var charges: ChargeChecker? { state.pointee.charges }
}
