import type { PrismaClient } from "../generated/prisma/client";
import type { Shop } from "./types";

export function prismaPeople(client: PrismaClient): Pick<Shop, "welcome" | "lastAddress"> {
  return {
    async welcome({ sub }, { email, name }) {
      const rows = await client.$queryRaw<{ is_new: boolean }[]>`
        insert into users (sub, email, name) values (${sub}, ${email}, ${name})
        on conflict (sub) do update
          set email = excluded.email, name = excluded.name, signed_in_at = now()
        returning xmax = 0 as is_new`;
      return rows[0]!.is_new;
    },

    async lastAddress({ sub }) {
      return client.address.findFirst({
        where: { user: { sub } },
        orderBy: { createdAt: "desc" },
        select: { recipient: true, phone: true, street: true, district: true, city: true },
      });
    },
  };
}
