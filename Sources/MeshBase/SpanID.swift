/// Ids of spans that are made of what the spans are about: whoever reads a trace, and a program that is called in it, come to
/// the same ones, and no process needs to tell another.
public enum SpanID {
    /// An id of W3C Trace Context, never 0.
    ///
    /// - Parameters:
    ///   - low: the last eight bytes of the trace's id.
    ///   - place: a process (`r1`), a gate (`r1/us-east-1/checkout`) or a pool (`us-east-1/checkout`).
    ///   - attempt: from 1; 0 for what is no attempt.
    ///   - ordinal: how many such spans this trace had at this place before.
    public static func make(trace low: UInt64, place: String, attempt: Int = 0, ordinal: Int = 0) -> UInt64 {
        let number = UInt64(truncatingIfNeeded: attempt) << 32 | UInt64(UInt32(truncatingIfNeeded: ordinal))
        let id = StableHash.combine(StableHash.hash(place, seed: low), number)
        return id == 0 ? 1 : id
    }
}
