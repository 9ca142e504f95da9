/// Held by a node of many parts, keeps it where it is: a struct with an existential in it is never loaded as a whole, so that
/// methods that only read it get its address, as those that change it do.
///
/// Without it the compiler takes a noncopyable struct apart, field by field and block by block of each such method, to see
/// that none of them is used twice: six of seven minutes of this module's compilation (Swift 6.3).
struct InPlace: Sendable {
    private let nothing: (any Sendable)? = nil
}
