/// Accounts, and who is online. A class, so that asking it something copies none of its tables.
final class Directory {
    /// Accounts, by number.
    private(set) var accounts: [AccountID: Account] = [:]
    private var accountsByName: [Name: Account] = [:]
    /// Who is online, by key.
    private(set) var online: [Int64: Person] = [:]
    private var guestsByName: [Name: Person] = [:]
    /// Who is online, by name; an account before a guest.
    private var onlineByName: [NameKey: Person] = [:]
    /// How many accounts look like a folded name.
    private var accountLooks: [String: Int] = [:]
    private(set) var guestCount = 0

    /// An account, by name.
    func account(_ name: Name) -> Account? { accountsByName[name] }

    /// An account, by number.
    func account(_ id: AccountID) -> Account? { accounts[id] }

    /// Somebody online, by key.
    func person(_ key: Int64) -> Person? { online[key] }

    /// Somebody online, by name; an account before a guest.
    func person(_ name: Name) -> Person? { onlineByName[NameKey(name)] }

    /// The same, by the bytes of the name.
    func person(_ name: Span<UInt8>) -> Person? { NameKey(name).flatMap { onlineByName[$0] } }

    /// A guest who is online, by name.
    func guest(_ name: Name) -> Person? { guestsByName[name] }

    /// Whether a name looks like an account's.
    func looksLikeAccount(_ name: Name) -> Bool { accountLooks[LookAlike.fold(name.text)] != nil }

    func insert(_ account: Account) {
        accounts[account.id] = account
        accountsByName[account.name] = account
        accountLooks[LookAlike.fold(account.name.text), default: 0] += 1
    }

    func remove(_ account: Account) {
        accounts[account.id] = nil
        if accountsByName[account.name] === account { accountsByName[account.name] = nil }
        let look = LookAlike.fold(account.name.text)
        let left = (accountLooks[look] ?? 1) - 1
        accountLooks[look] = left > 0 ? left : nil
    }

    func insert(_ person: Person) {
        online[person.identity.key] = person
        if person.account == nil {
            guestsByName[person.name] = person
            guestCount += 1
        }
        let key = NameKey(person.name)
        if person.account != nil || onlineByName[key] == nil { onlineByName[key] = person }
    }

    func remove(_ person: Person) {
        guard online.removeValue(forKey: person.identity.key) != nil else { return }
        if person.account == nil {
            if guestsByName[person.name] === person { guestsByName[person.name] = nil }
            guestCount -= 1
        }
        let key = NameKey(person.name)
        if onlineByName[key] === person { onlineByName[key] = guestsByName[person.name] }
    }
}
