import ArgumentParser

/// In which form a command reports.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
    /// Columns for people.
    case table
    /// More columns.
    case wide
    /// One document that names its schema; see docs/cli.md for the shapes.
    case json
    /// The same document.
    case yaml
    /// `TYPE/NAME`, one per line.
    case name
}

enum ColorChoice: String, CaseIterable, ExpressibleByArgument, Sendable {
    case auto, always, never
}
