/// Memory and size of a store.
package struct RecordStoreLimits: Sendable, Equatable {
    /// Pages kept in memory, in KiB.
    package var cacheKibibytes = 1024
    /// The log is folded into the file when it is this many pages of 4 KiB long.
    package var checkpointPages = 1000
    /// Most pages of 4 KiB in the file; a write beyond it fails as on a full disk. Nil: bounded by the disk alone.
    package var pages: Int?
    /// Most bytes in one value.
    package var recordBytes = 64 << 20
    /// Bytes of values that one batch reads; readings beyond are refused as overloaded. At least one is read.
    package var batchReadBytes = 64 << 20

    package init() {}
}
