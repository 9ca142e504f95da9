import Testing

/// As `#expect`, for inner loops: costs nothing while the condition holds.
func verify(
    _ condition: Bool, _ message: @autoclosure () -> String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
    if !condition { Issue.record("\(message())", sourceLocation: sourceLocation) }
}
