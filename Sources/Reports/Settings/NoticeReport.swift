/// What `cellmesh notice` prints with `-o json`.
package struct NoticeReport: Codable, Sendable, Equatable {
    package var schema = ReportJSON.schema
    /// What the mesh's own users are told; nil for nothing.
    @Nullable package var notice: String?
    /// RFC 3339; nil until it is cleared.
    @Nullable package var until: String?

    package init(notice: String?, until: String?) {
        self.notice = notice
        self.until = until
    }
}
