/// What became of calls under idempotency keys; they only rise. Of the first seven each call adds to one, once.
package struct ClaimCounters: Sendable {
    /// Claimed here, and begun or turned away for want of room.
    package var claimed: UInt64 = 0
    /// Answered with what another call was.
    package var replayed: UInt64 = 0
    /// Came while another with the key was carried out here, and ended as that did.
    package var joined: UInt64 = 0
    /// Refused because the key is another cell's, or that of a dead one.
    package var unknown: UInt64 = 0
    /// Refused because the key was used for another request.
    package var reused: UInt64 = 0
    /// Refused because the shard did not decide, or not in time.
    package var undecided: UInt64 = 0
    /// Refused because of what the service declares, or because nothing is kept here.
    package var unfit: UInt64 = 0
    /// Of those claimed: carried out, and the answer could not be kept.
    package var unsettled: UInt64 = 0
    /// Rounds begun, about any key.
    package var rounds: UInt64 = 0
    /// Keys dropped from the store at the end of their time.
    package var expired: UInt64 = 0
    /// Keys dropped before it, of too many.
    package var evicted: UInt64 = 0
    /// Keys in the store as it said last, those whose round is not over included.
    package var kept = 0
}
