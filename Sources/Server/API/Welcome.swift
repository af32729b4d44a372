/// Whose server this is, and the pages around it: what clients show before anybody has signed in.
struct Welcome: Encodable, Sendable {
    private struct Branding: Encodable {
        let title: String?
        let icon: String?
        let banner: String?
        let supportLink: String?
    }

    private let branding: Branding
    /// The pages that are set, by their settings' names.
    let urls: [String: String]

    /// What the settings say.
    init(_ configuration: Configuration) {
        func given(_ text: String) -> String? { text.isEmpty ? nil : text }
        let branding = configuration.branding
        self.branding = Branding(
            title: given(branding.title), icon: given(branding.icon), banner: given(branding.banner),
            supportLink: given(branding.supportLink))
        let all = configuration.urls
        urls = [
            "banners": all.banners, "roomBanners": all.roomBanners, "registration": all.registration,
            "passwordRetrieval": all.passwordRetrieval, "support": all.support, "sendFile": all.sendFile,
            "update": all.update, "authentication": all.authentication, "profile": all.profile,
        ].filter { !$0.value.isEmpty }
    }
}
