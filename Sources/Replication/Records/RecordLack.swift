/// Whether a store lacks what another one has of a record.
public enum RecordLack: UInt8, Sendable, Equatable {
    /// It has this version, or a newer one.
    case has = 0
    case lacks = 1
    /// It has nothing, and has collected a tombstone that may have been of this record and newer: who was no member all the
    /// time cannot know.
    case mayBeCollected = 2

    /// - Parameters:
    ///   - offered: the version that another store has.
    ///   - known: what is stored here; `none` where nothing is.
    ///   - floor: the highest counter of a tombstone that was collected here.
    ///   - hasSiblings: the record is a `SiblingSet`, whose versions do not say which contains which.
    public init(of offered: RecordVersion, known: RecordVersion, floor: UInt64, hasSiblings: Bool = false) {
        if hasSiblings ? !SiblingRule.lacks(known, offered) : known >= offered {
            self = .has
        } else {
            self = known == .none && offered.counter <= floor ? .mayBeCollected : .lacks
        }
    }
}
